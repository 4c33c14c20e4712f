//! Everything of one's own as a file, on the page "Account".

use leptos::html;
use leptos::prelude::*;

use crate::accounts::own_data::api::{AskForData, own_archive};
use crate::accounts::own_data::{DOWNLOAD, OwnData, ReadyData};
use crate::accounts::wire::AccountNews;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::text::within_sentence;
use crate::kernel::time::LocalTime;
use crate::realtime::client::on_news;
use crate::ui::{
    Button, ButtonKind, FetchFailure, Form, FormError, LinkButton, Notice, Tone, use_fetched, use_form, when_text,
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
    let told = NodeRef::<html::Div>::new();
    Effect::new(move || {
        if action.version().get() > 0 {
            data.refetch();
            // The button that was pressed goes then, and what is said in its place is where its person goes on.
            let is_asked = matches!(action.value().get_untracked(), Some(Ok(())));
            if let Some(told) = told.get_untracked().filter(|_| is_asked) {
                let _ = told.focus();
            }
        }
    });
    let standing = move || data.get().map(|data| said(locale, &data));
    let actions = move || {
        data.get().map(|data| match data {
            OwnData::Nothing => ask(action, form, td_string!(locale, accounts.data.ask)),
            OwnData::Making { before, .. } => before.map(|before| download(locale, &before)).into_any(),
            OwnData::Ready(ready) => view! {
                {download(locale, &ready)}
                {ask(action, form, td_string!(locale, accounts.data.renew))}
            }
            .into_any(),
            OwnData::Failed { before, .. } => view! {
                {before.map(|before| download(locale, &before))}
                {ask(action, form, td_string!(locale, accounts.data.again))}
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
                <div>
                    // There before anything is said, so that it is read out when something is.
                    <div role="status" tabindex="-1" node_ref=told class="*:mb-5">
                        {standing}
                    </div>
                    <div class="flex flex-wrap items-center gap-3">{actions}</div>
                </div>
            </Transition>
        </section>
    }
    .into_any()
}

/// How it stands, in words; none where there is nothing yet.
fn said(locale: Locale, data: &OwnData) -> Option<AnyView> {
    let when = |at: &LocalTime| within_sentence(when_text(locale, at));
    let kept = |ready: &ReadyData| {
        let (since, until) = (when(&ready.since), when(&ready.until));
        td_string!(locale, accounts.data.ready, since = since, until = until)
    };
    let before = |before: &Option<ReadyData>| {
        let before = before.as_ref()?;
        let (since, until) = (when(&before.since), when(&before.until));
        Some(td_string!(locale, accounts.data.before, since = since, until = until))
    };
    let (tone, words, besides) = match data {
        OwnData::Nothing => return None,
        OwnData::Making { since, before: one } => {
            let words = td_string!(locale, accounts.data.making, when = when(since));
            (Tone::Info, words, before(one))
        }
        OwnData::Ready(ready) => (Tone::Success, kept(ready), None),
        OwnData::Failed { before: one, .. } => {
            let words = td_string!(locale, accounts.data.failed).to_owned();
            (Tone::Danger, words, before(one))
        }
    };
    let notice = view! {
        <Notice tone=tone>
            <p>{words}</p>
            {besides.map(|words| view! { <p>{words}</p> })}
        </Notice>
    };
    Some(notice.into_any())
}

/// Leads to the file.
fn download(locale: Locale, ready: &ReadyData) -> AnyView {
    let words = td_string!(locale, accounts.data.download, size = size_text(locale, ready.size));
    view! {
        // A file and no page: the router has nothing to show there.
        <LinkButton href=format!("{DOWNLOAD}{}", ready.id) {..} rel="external">
            {words}
        </LinkButton>
    }
    .into_any()
}

/// The form that asks for it.
fn ask(action: ServerAction<AskForData>, form: Form, words: &'static str) -> AnyView {
    view! {
        <ActionForm action=action>
            <Button submit=true kind=ButtonKind::Secondary busy=form.pending()>
                {words}
            </Button>
        </ActionForm>
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
