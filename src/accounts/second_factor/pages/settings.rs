//! `/settings/account/second-factor`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::NavigateOptions;
use leptos_router::components::Redirect;

use super::recovery_codes::RecoveryCodes;
use super::section::FewCodes;
use super::set_up::{Begin, SetUp};
use crate::accounts::second_factor::api::{
    BeginSecondFactor, KeepRecoveryCodes, MakeRecoveryCodes, TurnOffSecondFactor, TurnOnSecondFactor,
    second_factor_page,
};
use crate::accounts::second_factor::model::{Shown, Standing};
use crate::i18n::{td_string, use_locale};
use crate::kernel::text::within_sentence;
use crate::ui::{
    Button, ButtonKind, FetchFailure, Form, FormError, PageHeader, SettingsNav, use_fetched, use_plain_form, when_text,
};

/// Where the person shows first who they are; it comes back.
const CONFIRM: &str = "/confirm?next=%2Fsettings%2Faccount%2Fsecond-factor";

/// Going back from there does not lead here, and there again.
fn in_its_place() -> NavigateOptions {
    NavigateOptions {
        replace: true,
        ..NavigateOptions::default()
    }
}

/// The forms, which are made before what they belong to is known, so that what came back with the page finds them. The browser posts them
/// itself: the page that comes back is made with their cookies.
#[derive(Clone, Copy)]
struct Forms {
    begin: Form,
    turn_on: Form,
    keep: Form,
    make: Form,
    turn_off: Form,
}

/// Sets two-step sign-in up, turns it off, and makes recovery codes.
#[component]
pub fn SecondFactorPage() -> impl IntoView {
    let locale = use_locale();
    let forms = Forms {
        begin: use_plain_form(BeginSecondFactor::url()),
        turn_on: use_plain_form(TurnOnSecondFactor::url()),
        keep: use_plain_form(KeepRecoveryCodes::url()),
        make: use_plain_form(MakeRecoveryCodes::url()),
        turn_off: use_plain_form(TurnOffSecondFactor::url()),
    };
    let shown = use_fetched(|| (), |()| second_factor_page());
    let content = move |shown| match shown {
        Shown::ConfirmFirst => view! { <Redirect path=CONFIRM options=in_its_place() /> }.into_any(),
        Shown::Off => view! { <Begin form=forms.begin /> }.into_any(),
        Shown::Offer(offer) => view! { <SetUp form=forms.turn_on offer=offer /> }.into_any(),
        Shown::Codes(codes) => view! { <RecoveryCodes form=forms.keep codes=codes /> }.into_any(),
        Shown::On(standing) => view! { <Manage forms=forms standing=standing /> }.into_any(),
    };
    view! {
        <SettingsNav />
        <PageHeader
            title=td_string!(locale, accounts.second_factor.title)
            lead=td_string!(locale, accounts.second_factor.lead)
        />
        <div class="grid max-w-2xl gap-8">
            <Transition>
                <FetchFailure of=shown />
                {move || shown.get().map(content)}
            </Transition>
            <p>
                <a class="text-link" href="/settings/account">
                    {td_string!(locale, accounts.second_factor.back)}
                </a>
            </p>
        </div>
    }
    .into_any()
}

/// What can be done while it is on.
#[component]
fn Manage(forms: Forms, standing: Standing) -> impl IntoView {
    let locale = use_locale();
    let Forms { make, turn_off, .. } = forms;
    let since = standing
        .since
        .as_ref()
        .map(|since| within_sentence(when_text(locale, since)))
        .unwrap_or_default();
    let codes = view! {
        <section aria-labelledby="codes-title" class="grid gap-5">
            <h2 id="codes-title">{td_string!(locale, accounts.second_factor.codes)}</h2>
            <FewCodes standing=standing />
            <p>{td_string!(locale, accounts.second_factor.codes_left, count = standing.codes_left)}</p>
            <p class="text-muted">{td_string!(locale, accounts.second_factor.codes_lead)}</p>
            <form method="post" action=make.action() class="form">
                <FormError form=make />
                <Button submit=true kind=ButtonKind::Secondary>
                    {td_string!(locale, accounts.second_factor.make_codes)}
                </Button>
            </form>
        </section>
    }
    .into_any();
    let off = view! {
        <section aria-labelledby="off-title" class="grid gap-5">
            <h2 id="off-title">{td_string!(locale, accounts.second_factor.off_title)}</h2>
            <p class="text-muted">{td_string!(locale, accounts.second_factor.off_warning)}</p>
            <form method="post" action=turn_off.action() class="form">
                <FormError form=turn_off />
                <EndOthers form=turn_off />
                <Button submit=true kind=ButtonKind::Danger>
                    {td_string!(locale, accounts.second_factor.turn_off)}
                </Button>
            </form>
        </section>
    }
    .into_any();
    view! {
        <p>{td_string!(locale, accounts.second_factor.on_since, when = since)}</p>
        {codes}
        {off}
    }
}

/// Whether the change signs out everywhere else: it does unless somebody says otherwise.
#[component]
pub(super) fn EndOthers(form: Form) -> impl IntoView {
    let locale = use_locale();
    let is_on = form.values("end_others").is_none_or(|values| !values.is_empty());
    let id = format!("{}-end-others", form.action().rsplit('/').next().unwrap_or_default());
    let hint_id = format!("{id}-hint");
    view! {
        <div class="grid gap-1">
            <label class="flex min-h-12 items-center gap-3 justify-self-start font-semibold">
                <input
                    class="size-5"
                    type="checkbox"
                    name="end_others"
                    id=id
                    value="on"
                    checked=is_on
                    aria-describedby=hint_id.clone()
                />
                {td_string!(locale, accounts.second_factor.end_others)}
            </label>
            <p class="ps-8 text-muted" id=hint_id>
                {td_string!(locale, accounts.second_factor.end_others_hint)}
            </p>
        </div>
    }
}
