//! Leaving: the way there on the page "Account", the page that asks for it, and the one page of who is going.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::components::Redirect;

use crate::accounts::api::LogOut;
use crate::accounts::deletion::api::{DeleteAccount, KeepAccount, deletion_terms};
use crate::accounts::deletion::{ASK_PAGE, CurrentLeaver, Leaver};
use crate::accounts::model::CurrentViewer;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::error::{AppError, Refusal};
use crate::kernel::query::address;
use crate::kernel::time::LocalTime;
use crate::ui::local_time::day_text;
use crate::ui::{
    Button, ButtonKind, Form, FormError, LinkButton, NotLoaded, PageHeader, SettingsNav, TextField, use_plain_form,
};

/// The page that leads here.
const ACCOUNT: &str = "/settings/account";

/// The way there.
#[component]
pub(super) fn DeletionSection() -> impl IntoView {
    let locale = use_locale();
    view! {
        <section aria-labelledby="deletion-title" class="grid gap-5">
            <h2 id="deletion-title">{td_string!(locale, accounts.deletion.section)}</h2>
            <p class="text-muted">{td_string!(locale, accounts.deletion.section_lead)}</p>
            <div>
                <LinkButton href=ASK_PAGE kind=ButtonKind::Secondary>
                    {td_string!(locale, accounts.deletion.section_link)}
                </LinkButton>
            </div>
        </section>
    }
    .into_any()
}

/// `/settings/account/delete`: what goes and what stays, and the form. Who has not shown for a while who they are is asked for that first.
#[component]
pub fn DeleteAccountPage() -> impl IntoView {
    let locale = use_locale();
    // Outside of what waits: what came back belongs to the page as a whole.
    let form = use_plain_form(DeleteAccount::url());
    let terms = Resource::new_blocking(|| (), |()| deletion_terms());
    view! {
        <SettingsNav />
        <PageHeader title=td_string!(locale, accounts.deletion.title) />
        <Suspense>
            {move || Suspend::new(async move {
                match terms.await {
                    Ok(at) => terms_and_form(locale, &at, form),
                    Err(AppError::Refused(Refusal::ConfirmFirst)) => {
                        view! { <Redirect path=address("/confirm", &[("next", ASK_PAGE)]) /> }.into_any()
                    }
                    Err(error) => view! { <NotLoaded error=error again=move |()| terms.refetch() /> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

fn terms_and_form(locale: Locale, at: &LocalTime, form: Form) -> AnyView {
    let lead = td_string!(locale, accounts.deletion.lead, day = day_text(locale, at));
    let goes = [
        td_string!(locale, accounts.deletion.goes_profile),
        td_string!(locale, accounts.deletion.goes_partners),
        td_string!(locale, accounts.deletion.goes_rest),
    ];
    let stays = [
        td_string!(locale, accounts.deletion.stays_messages),
        td_string!(locale, accounts.deletion.stays_calls),
        td_string!(locale, accounts.deletion.stays_note),
    ];
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    let username = viewer.map(|viewer| viewer.username).unwrap_or_default();
    view! {
        <div class="grid max-w-2xl gap-8">
            <p class="lead">{lead}</p>
            {list("goes-title", td_string!(locale, accounts.deletion.goes), goes)}
            {list("stays-title", td_string!(locale, accounts.deletion.stays), stays)}
            <p class="text-muted">{td_string!(locale, accounts.deletion.first)}</p>
            <form method="post" action=form.action() class="form">
                <FormError form=form />
                <TextField
                    form=form
                    name="username"
                    label=td_string!(locale, accounts.deletion.username)
                    hint=td_string!(locale, accounts.deletion.username_hint, username = username)
                    autocomplete="off"
                    required=true
                />
                <div class="flex flex-wrap gap-3">
                    <Button submit=true kind=ButtonKind::Danger>
                        {td_string!(locale, accounts.deletion.submit)}
                    </Button>
                    <LinkButton href=ACCOUNT kind=ButtonKind::Quiet>
                        {td_string!(locale, accounts.deletion.back)}
                    </LinkButton>
                </div>
            </form>
        </div>
    }
    .into_any()
}

fn list(id: &'static str, title: &'static str, items: [&'static str; 3]) -> AnyView {
    view! {
        <section aria-labelledby=id class="card grid gap-3">
            <h2 id=id class="settings-title">
                {title}
            </h2>
            <ul class="grid list-disc gap-2 ps-5">
                {items.map(|item| view! { <li>{item}</li> }).into_iter().collect_view()}
            </ul>
        </section>
    }
    .into_any()
}

/// `/settings/account/deletion`: the one page of somebody whose account is to be deleted. Others have nothing to do here.
#[component]
pub fn LeaverPage() -> impl IntoView {
    let locale = use_locale();
    let Some(Leaver { at, .. }) = use_context::<CurrentLeaver>().and_then(|leaver| leaver.0) else {
        return view! { <Redirect path=ACCOUNT /> }.into_any();
    };
    let form = use_plain_form(KeepAccount::url());
    let lead = td_string!(locale, accounts.deletion.pending_lead, day = day_text(locale, &at));
    view! {
        <div class="narrow">
            <PageHeader title=td_string!(locale, accounts.deletion.pending_title) lead=lead />
            <div class="grid gap-4">
                <FormError form=form />
                <form method="post" action=form.action()>
                    <Button submit=true wide=true>
                        {td_string!(locale, accounts.deletion.keep)}
                    </Button>
                </form>
                <form method="post" action=LogOut::url()>
                    <Button submit=true wide=true kind=ButtonKind::Secondary>
                        {td_string!(locale, accounts.deletion.log_out)}
                    </Button>
                </form>
            </div>
        </div>
    }
    .into_any()
}
