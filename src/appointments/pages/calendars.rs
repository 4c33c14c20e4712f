//! The address at which one's own calendars fetch appointments.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::appointments::api::{EndCalendarAddress, MakeCalendarAddress, calendar_address};
use crate::appointments::model::Agenda;
use crate::i18n::{td_string, use_locale};
use crate::ui::{Button, ButtonKind, Fetched, FormError, Notice, Tone, use_fetched, use_plain_form};

/// Making it, seeing it once, and taking it away. Plain forms: the address comes with a page of its own.
#[component]
pub(super) fn Calendars(all: Fetched<(), Agenda>) -> impl IntoView {
    let locale = use_locale();
    let address = use_fetched(|| (), |()| calendar_address());
    let (make, end) = (
        use_plain_form(MakeCalendarAddress::url()),
        use_plain_form(EndCalendarAddress::url()),
    );
    let shown = move || {
        address.get().flatten().map(|address| {
            view! {
                <Notice tone=Tone::Success>
                    <p>{td_string!(locale, appointments.feed_made)}</p>
                    <p class="mt-3 font-mono break-all select-all" id="calendar-address">
                        {address}
                    </p>
                </Notice>
            }
        })
    };
    view! {
        <section aria-labelledby="calendars-title" class="mt-14 grid max-w-2xl gap-5">
            <h2 id="calendars-title">{td_string!(locale, appointments.feed_title)}</h2>
            <p class="text-muted">{td_string!(locale, appointments.feed_lead)}</p>
            <FormError form=make />
            <FormError form=end />
            <Transition>
                {shown}
                {move || {
                    all.get()
                        .map(|all| {
                            let words = if all.has_feed {
                                td_string!(locale, appointments.feed_again)
                            } else {
                                td_string!(locale, appointments.feed_make)
                            };
                            view! {
                                <div class="flex flex-wrap gap-3">
                                    <form method="post" action=MakeCalendarAddress::url()>
                                        <Button submit=true kind=ButtonKind::Secondary>
                                            {words}
                                        </Button>
                                    </form>
                                    {all
                                        .has_feed
                                        .then(|| {
                                            view! {
                                                <form method="post" action=EndCalendarAddress::url()>
                                                    <Button submit=true kind=ButtonKind::Quiet>
                                                        {td_string!(locale, appointments.feed_end)}
                                                    </Button>
                                                </form>
                                            }
                                        })}
                                </div>
                            }
                        })
                }}
            </Transition>
        </section>
    }
    .into_any()
}
