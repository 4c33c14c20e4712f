//! The button by which a passkey lets in, and the same from a field that can be filled in with one.

use std::time::Duration;

use leptos::ev::Event;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::are_possible;
use super::words::Trouble;
use crate::accounts::passkeys::api::{passkey_confirm, passkey_sign_in, start_passkey_confirm, start_passkey_sign_in};
use crate::accounts::passkeys::browser::{Asking, Offer, can_autofill};
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::AppError;
use crate::ui::{Button, ButtonKind, Notice, Tone};

/// A challenge for a field lies there until somebody comes, but not for ever: then another takes its place.
const RENEWED_AFTER: Duration = Duration::from_secs(4 * 60);

/// What a passkey is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To sign in.
    SignIn,
    /// To show that one is still there.
    Confirm,
}

/// The button, where there can be passkeys. On the page to sign in they are offered in the field for the name as well, where the browser can.
#[component]
pub fn PasskeySignIn(
    /// What for.
    purpose: Purpose,
    /// Where to go afterwards, as the address asks. The server follows addresses of this site only.
    next: Option<String>,
) -> impl IntoView {
    if !are_possible() {
        return ().into_any();
    }
    let locale = use_locale();
    let (works, set_works) = signal(false);
    Effect::new(move || set_works.set(true));
    let door = Door {
        purpose,
        next: StoredValue::new(next),
        asking: Asking::new(),
        pending: RwSignal::new(false),
        trouble: RwSignal::new(None),
    };
    if purpose == Purpose::SignIn {
        door.fill_in_while_shown();
    }
    let said = move || {
        let words = door.trouble.get().and_then(|trouble| trouble.words(locale));
        words.map(|words| view! { <Notice tone=Tone::Danger attr:role="alert">{words}</Notice> })
    };
    let words = match purpose {
        Purpose::SignIn => td_string!(locale, accounts.passkeys.log_in),
        Purpose::Confirm => td_string!(locale, accounts.passkeys.use_one),
    };
    view! {
        <div class="with-script">
        <div class="grid gap-3">
            {said}
            <Button
                kind=ButtonKind::Secondary
                wide=true
                busy=door.pending
                disabled=Signal::derive(move || !works.get())
                on_press=move |()| door.press()
            >
                {words}
            </Button>
        </div>
        </div>
    }
    .into_any()
}

/// What the button and the field share.
#[derive(Clone, Copy)]
struct Door {
    purpose: Purpose,
    next: StoredValue<Option<String>>,
    asking: Asking,
    pending: RwSignal<bool>,
    trouble: RwSignal<Option<Trouble>>,
}

impl Door {
    fn press(self) {
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        self.trouble.set(None);
        // Two requests at a time are refused by browsers.
        self.asking.give_up();
        spawn_local(async move {
            let outcome = self.open(Offer::Dialog).await;
            self.settle(outcome);
        });
    }

    /// Offers passkeys in the field, where the browser can, and looks after the challenge while the page is shown.
    fn fill_in_while_shown(self) {
        let is_old = StoredValue::new(false);
        let renew = move || {
            if document().hidden() {
                is_old.try_set_value(true);
            } else if self.pending.try_get_untracked() == Some(false) {
                is_old.try_set_value(false);
                self.fill_in();
            }
        };
        Effect::new(move || {
            self.fill_in();
            let timer = set_interval_with_handle(renew, RENEWED_AFTER).ok();
            let on_shown = move |_: Event| {
                if is_old.try_get_value() == Some(true) {
                    renew();
                }
            };
            let shown = [
                window_event_listener_untyped("visibilitychange", on_shown),
                window_event_listener_untyped("pageshow", on_shown),
            ];
            // What is asked keeps browsers from keeping a page that one may come back to.
            let left = window_event_listener_untyped("pagehide", move |_| {
                is_old.try_set_value(true);
                self.asking.give_up();
                self.pending.try_set(false);
            });
            on_cleanup(move || {
                shown.into_iter().for_each(WindowListenerHandle::remove);
                left.remove();
                if let Some(timer) = timer {
                    timer.clear();
                }
            });
        });
    }

    fn fill_in(self) {
        spawn_local(async move {
            if !can_autofill().await || self.pending.try_get_untracked() != Some(false) {
                return;
            }
            // Nobody has asked for anything yet, so nobody is told what went wrong before something is chosen.
            let Ok(challenge) = start_passkey_sign_in().await else {
                return;
            };
            if self.pending.try_get_untracked() != Some(false) {
                return;
            }
            let Some(question) = self.asking.next() else { return };
            let Ok(credential) = question.show(&challenge.options, Offer::Autofill).await else {
                return;
            };
            self.pending.try_set(true);
            self.trouble.try_set(None);
            let next = self.next.try_get_value().flatten();
            let outcome = passkey_sign_in(challenge.ceremony, credential, next).await;
            self.settle(outcome.map_err(Trouble::from));
        });
    }

    async fn open(self, offer: Offer) -> Result<String, Trouble> {
        let challenge = match self.purpose {
            Purpose::SignIn => start_passkey_sign_in().await?,
            Purpose::Confirm => start_passkey_confirm().await?,
        };
        let question = self.asking.next().ok_or(AppError::Internal)?;
        let credential = question.show(&challenge.options, offer).await?;
        let next = self.next.try_get_value().flatten();
        Ok(match self.purpose {
            Purpose::SignIn => passkey_sign_in(challenge.ceremony, credential, next).await?,
            Purpose::Confirm => passkey_confirm(challenge.ceremony, credential, next).await?,
        })
    }

    /// Goes on to the next page, which is made for the person, so it is loaded anew; or says why not.
    fn settle(self, outcome: Result<String, Trouble>) {
        let trouble = match outcome {
            Ok(next) if window().location().assign(&next).is_ok() => return,
            Ok(_) => Trouble::Server(AppError::Unreachable),
            Err(trouble) => trouble,
        };
        self.trouble.try_set(Some(trouble));
        self.pending.try_set(false);
        if self.purpose == Purpose::SignIn {
            self.fill_in();
        }
    }
}
