//! Everything of one's own as a file, on the page "Account".

use leptos::prelude::*;

use crate::accounts::own_data::api::{AskForData, own_archive};
use crate::accounts::own_data::{DOWNLOAD, OwnData};
use crate::accounts::wire::AccountNews;
use crate::i18n::{Locale, td_string, use_locale};
use crate::realtime::client::on_news;
use crate::ui::{
    Button, ButtonKind, FetchFailure, FormError, LinkButton, Notice, Tone, use_fetched, use_form, when_text,
};

/// Asks for the file, says how it stands with it, and leads to it.
#[component]
pub(super) fn OwnDataSection() -> impl IntoView {
    let locale = use_locale();
    let data = use_fetched(|| (), |()| own_archive());
    on_news(move |news: AccountNews| {
        if news == AccountNews::DataChanged {
            data.refetch();
        }
    });
    let action = ServerAction::<AskForData>::new();
    let form = use_form(action);
    Effect::new(move || {
        if action.version().get() > 0 {
            data.refetch();
        }
    });
    let ask = move |words: &'static str| {
        view! {
            <ActionForm action=action>
                <Button submit=true kind=ButtonKind::Secondary busy=form.pending()>
                    {words}
                </Button>
            </ActionForm>
        }
        .into_any()
    };
    let standing = move || {
        data.get().map(|data| match data {
            OwnData::Nothing => ask(td_string!(locale, accounts.data.ask)),
            OwnData::Making { since } => {
                let words = td_string!(locale, accounts.data.making, when = when_text(locale, &since));
                said(Tone::Info, words)
            }
            OwnData::Ready { id, size, since, until } => {
                let words = td_string!(
                    locale,
                    accounts.data.ready,
                    since = when_text(locale, &since),
                    until = when_text(locale, &until)
                );
                let download = td_string!(locale, accounts.data.download, size = size_text(locale, size));
                view! {
                    {said(Tone::Success, words)}
                    <div class="flex flex-wrap items-center gap-3">
                        // A file and no page: the router has nothing to show there.
                        <LinkButton href=format!("{DOWNLOAD}{id}") {..} rel="external">
                            {download}
                        </LinkButton>
                        {ask(td_string!(locale, accounts.data.renew))}
                    </div>
                }
                .into_any()
            }
            OwnData::Failed { .. } => view! {
                {said(Tone::Danger, td_string!(locale, accounts.data.failed).to_owned())}
                {ask(td_string!(locale, accounts.data.again))}
            }
            .into_any(),
        })
    };
    view! {
        <section aria-labelledby="data-title" class="grid gap-5">
            <h2 id="data-title">{td_string!(locale, accounts.data.title)}</h2>
            <p class="text-muted">{td_string!(locale, accounts.data.lead)}</p>
            <div class="empty:hidden">
                <FormError form=form />
            </div>
            <Transition>
                <FetchFailure of=data />
                {standing}
            </Transition>
        </section>
    }
    .into_any()
}

fn said(tone: Tone, words: String) -> AnyView {
    view! {
        <Notice tone=tone attr:role="status">
            {words}
        </Notice>
    }
    .into_any()
}

/// "12 kB", "3.4 MB", in units of a thousand.
fn size_text(locale: Locale, bytes: u64) -> String {
    let kilobytes = bytes.div_ceil(1_000);
    if kilobytes < 1_000 {
        return format!("{kilobytes} kB");
    }
    let (whole, tenths) = (kilobytes / 1_000, kilobytes % 1_000 / 100);
    match locale {
        Locale::es => format!("{whole},{tenths} MB"),
        Locale::en => format!("{whole}.{tenths} MB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_in_units_that_people_know() {
        for (bytes, english, spanish) in [
            (0, "0 kB", "0 kB"),
            (1, "1 kB", "1 kB"),
            (12_345, "13 kB", "13 kB"),
            (999_000, "999 kB", "999 kB"),
            (3_450_000, "3.4 MB", "3,4 MB"),
            (1_200_000_000, "1200.0 MB", "1200,0 MB"),
        ] {
            assert_eq!(size_text(Locale::en, bytes), english);
            assert_eq!(size_text(Locale::es, bytes), spanish);
        }
    }
}
