//! Where a person is signed in, on the page "Account".

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::accounts::api::LogOut;
use crate::accounts::api::account::{EndOtherSessions, EndSession};
use crate::accounts::model::{Account, SessionView};
use crate::i18n::{td_string, use_locale};
use crate::kernel::text::within_sentence;
use crate::ui::{Articles, Button, ButtonKind, Facts, Fetched, FormError, Notice, Tone, use_form, when_text};

/// Ends sessions. They belong to the section, so that what became of one is still told when its article has gone.
#[derive(Clone, Copy)]
struct Endings {
    one: ServerAction<EndSession>,
    others: ServerAction<EndOtherSessions>,
}

/// The section, which looks again after each ending, done or refused.
#[component]
pub(super) fn Sessions(account: Fetched<(), Account>) -> impl IntoView {
    let locale = use_locale();
    let endings = Endings {
        one: ServerAction::new(),
        others: ServerAction::new(),
    };
    let Endings { one, others } = endings;
    Effect::new(move || {
        if one.version().get() + others.version().get() > 0 {
            account.refetch();
        }
    });
    // What is told is about the latest.
    Effect::new(move || {
        if one.pending().get() {
            others.clear();
        }
    });
    Effect::new(move || {
        if others.pending().get() {
            one.clear();
        }
    });
    let (one_form, others_form) = (use_form(one), use_form(others));
    let (one_ended, others_ended) = (one_form.succeeded(), others_form.succeeded());
    let words = move || {
        if one_ended.get() {
            Some(td_string!(locale, accounts.account.session_ended))
        } else {
            others_ended
                .get()
                .then(|| td_string!(locale, accounts.account.others_ended))
        }
    };
    view! {
        <section aria-labelledby="sessions-title" class="grid gap-5">
            <h2 id="sessions-title">{td_string!(locale, accounts.account.sessions)}</h2>
            <p class="text-muted">{td_string!(locale, accounts.account.sessions_lead)}</p>
            <div class="grid gap-3 empty:hidden">
                <FormError form=one_form />
                <FormError form=others_form />
            </div>
            <div role="status" class="empty:hidden">
                {move || words().map(|words| view! { <Notice tone=Tone::Success>{words}</Notice> })}
            </div>
            <Transition>
                <List account=account endings=endings />
            </Transition>
        </section>
    }
}

#[component]
fn List(account: Fetched<(), Account>, endings: Endings) -> impl IntoView {
    let locale = use_locale();
    let sessions = Signal::derive(move || account.get().map(|account| account.sessions).unwrap_or_default());
    let is_alone = move || sessions.with(|sessions| sessions.iter().all(|session| session.is_here));
    // What is said of one is drawn anew when it is another thing.
    let key = |session: &SessionView| (session.id, session.is_active, session.last_used.at);
    view! {
        <Articles changes=move || sessions.track()>
            <For each=move || sessions.get() key=key let:session>
                <SessionCard session=session endings=endings />
            </For>
        </Articles>
        <div hidden=is_alone>
            <ActionForm action=endings.others>
                <Button submit=true kind=ButtonKind::Danger busy=endings.others.pending()>
                    {td_string!(locale, accounts.account.end_others)}
                </Button>
            </ActionForm>
        </div>
    }
}

/// One of them, named by its device.
#[component]
fn SessionCard(session: SessionView, endings: Endings) -> impl IntoView {
    let locale = use_locale();
    let SessionView {
        id,
        device,
        address,
        is_here,
        is_active,
        since,
        last_used,
    } = session;
    let device = if device.is_empty() {
        td_string!(locale, accounts.account.unknown_device).to_owned()
    } else {
        device
    };
    let used = if is_active {
        td_string!(locale, accounts.account.active_now).to_owned()
    } else {
        let when = within_sentence(when_text(locale, &last_used));
        td_string!(locale, accounts.account.last_used, when = when)
    };
    let since = td_string!(
        locale,
        accounts.account.since,
        when = within_sentence(when_text(locale, &since))
    );
    let name = device.clone();
    let facts = vec![address.into_any(), used.into_any(), since.into_any()];
    let mark = is_here.then(|| {
        view! {
            <p class="font-semibold">{td_string!(locale, accounts.account.this_device)}</p>
        }
    });
    let is_ending = Signal::derive(move || {
        endings.one.pending().get()
            && endings
                .one
                .input()
                .with(|input| input.as_ref().is_some_and(|input| input.session == id))
    });
    let end = if is_here {
        // As in the account menu: the browser goes where it is signed out.
        view! {
            <form method="post" action=LogOut::url()>
                <Button submit=true small=true kind=ButtonKind::Secondary>
                    {td_string!(locale, accounts.account.end)}
                </Button>
            </form>
        }
        .into_any()
    } else {
        view! {
            <ActionForm action=endings.one>
                <input type="hidden" name="session" value=id.to_string() />
                <Button submit=true small=true kind=ButtonKind::Secondary busy=is_ending>
                    {td_string!(locale, accounts.account.end)}
                </Button>
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <article class="card flex flex-wrap items-center justify-between gap-4" aria-label=name>
            <div class="grid min-w-0 gap-1 break-words">
                <h3>{device}</h3>
                {mark}
                <p class="text-[0.9375rem] text-muted">
                    <Facts facts=facts />
                </p>
            </div>
            {end}
        </article>
    }
}
