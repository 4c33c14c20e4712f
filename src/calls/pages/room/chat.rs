//! The chat of a call.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;

use super::Room;
use super::controls::{key_of, tip};
use super::panel::Panel;
use crate::calls::stage::chat::{Delivery, Line, LineKey, Thread};
use crate::calls::stage::shortcuts::Shortcut;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::error::Problem;
use crate::kernel::time::LocalTime;
use crate::messages::links::{Piece, pieces};
use crate::messages::model::parse_text;
use crate::messages::outbox::use_outbox;
use crate::ui::local_time::day_text;
use crate::ui::{
    Button, CountBadge, Icon, Sound, error_text, focus_page_when_gone, on_resized, problem_text, use_sounds,
};

/// The panel.
const PANEL: &str = "call-chat";
/// The field to write in.
const FIELD: &str = "call-chat-text";
/// How far from its end the log may be, in pixels, and still go on with what comes.
const NEAR: i32 = 48;

/// Opens and closes the chat; tells how much of it is unread.
#[component]
pub(super) fn ChatButton(room: Room) -> impl IntoView {
    let locale = use_locale();
    let chat = room.stage.chat;
    let unread = Memo::new(move |_| match chat.is_open.get() {
        true => 0,
        false => chat.thread.with(Thread::unread),
    });
    let name = move || match unread.get() {
        0 => td_string!(locale, calls.chat.title).to_owned(),
        n => td_string!(locale, calls.chat.unread, n = n),
    };
    let button = NodeRef::<html::Button>::new();
    // Whoever closes it goes on from where they opened it.
    Effect::new(move |was_open: Option<bool>| {
        let is_open = chat.is_open.get();
        if was_open == Some(true)
            && !is_open
            && let Some(button) = button.get_untracked()
        {
            let _ = button.focus();
        }
        is_open
    });
    view! {
        <button
            type="button"
            class="call-control chat-button"
            node_ref=button
            aria-label=name
            title=move || tip(room, td_string!(locale, calls.chat.title), Shortcut::Chat)
            aria-keyshortcuts=move || key_of(room, Shortcut::Chat)
            aria-expanded=move || chat.is_open.get().to_string()
            aria-controls=move || chat.is_open.get().then_some(PANEL)
            on:click=move |_| chat.is_open.update(|is_open| *is_open = !*is_open)
        >
            <Icon icon=icondata_lu::LuMessageSquareText />
            <CountBadge count=unread />
        </button>
        <News room=room />
    }
}

/// What the partner writes while nobody sees it: a sound, and the words for those who listen.
#[component]
fn News(room: Room) -> impl IntoView {
    let locale = use_locale();
    let chat = room.stage.chat;
    let sounds = use_sounds();
    let (words, set_words) = signal(String::new());
    let news = Memo::new(move |_| chat.thread.with(Thread::news));
    Effect::new(move |heard: Option<u32>| {
        let (count, text) = news.get();
        let is_new = heard.is_some_and(|heard| heard != count);
        let is_open = chat.is_open.get_untracked();
        if is_new && (!is_open || document().hidden()) {
            sounds.play(Sound::Message);
        }
        // An open log says by itself what is added to it.
        if is_new
            && !is_open
            && let Some(text) = text
        {
            set_words.set(td_string!(locale, calls.chat.said, name = room.name(), text = text));
        }
        count
    });
    view! {
        <p class="sr-only" role="status">
            {words}
        </p>
    }
}

/// What was written, and the field to write in.
#[component]
pub(super) fn ChatPanel(room: Room) -> impl IntoView {
    let is_open = room.stage.chat.is_open;
    view! {
        <Show when=move || is_open.get()>
            <ThreadPanel room=room />
        </Show>
    }
}

#[component]
fn ThreadPanel(room: Room) -> impl IntoView {
    let locale = use_locale();
    let is_open = room.stage.chat.is_open;
    view! {
        <Panel
            id=PANEL
            class="chat"
            title=td_string!(locale, calls.chat.title)
            close=td_string!(locale, calls.chat.close)
            on_close=move || is_open.set(false)
        >
            <Log room=room />
            <WriteForm room=room />
        </Panel>
    }
}

/// The messages, which go on at the end.
#[component]
fn Log(room: Room) -> impl IntoView {
    let locale = use_locale();
    let chat = room.stage.chat;
    let lines = Memo::new(move |_| chat.thread.with(Thread::lines));
    let keys = Memo::new(move |_| lines.with(|lines| lines.iter().map(|line| line.key).collect::<Vec<_>>()));
    let log = NodeRef::<html::Div>::new();
    let (is_at_end, height) = (StoredValue::new(true), StoredValue::new(0));
    let on_scroll = move |_| {
        // Browsers scroll by themselves when they give it another height: nobody has read further up.
        if let Some(log) = log
            .get_untracked()
            .filter(|log| log.client_height() == height.get_value())
        {
            let below = log.scroll_height() - log.scroll_top() - log.client_height();
            is_at_end.set_value(below < NEAR);
        }
    };
    // Who reads further up stays there, unless they have written something themselves.
    Effect::new(move |before: Option<Option<LineKey>>| {
        let last = keys.with(|keys| keys.last().copied());
        let has_written = before.is_some_and(|before| before != last) && last.is_some_and(|last| last.is_mine);
        if has_written {
            is_at_end.set_value(true);
        }
        request_animation_frame(move || {
            if let (Some(Some(log)), Some(true)) = (log.try_get_untracked(), is_at_end.try_get_value()) {
                log.set_scroll_top(log.scroll_height());
            }
        });
        last
    });
    // What is said beside it makes it shorter.
    on_resized(log, move || {
        if let (Some(Some(log)), Some(is_at_end)) = (log.try_get_untracked(), is_at_end.try_get_value()) {
            height.try_set_value(log.client_height());
            if is_at_end {
                log.set_scroll_top(log.scroll_height());
            }
        }
    });
    let has_earlier = Memo::new(move |_| chat.thread.with(|thread| thread.begins_at().is_some()));
    let is_empty = move || keys.with(Vec::is_empty) && chat.thread.with(Thread::is_fetched);
    view! {
        <div
            class="chat-log"
            role="log"
            tabindex="0"
            aria-label=td_string!(locale, calls.chat.log)
            node_ref=log
            on:scroll=on_scroll
        >
            <Show when=move || has_earlier.get()>
                {focus_page_when_gone()}
                <button
                    type="button"
                    class="chat-earlier"
                    aria-busy=move || chat.is_fetching.get().to_string()
                    on:click=move |_| room.driver.fetch_earlier()
                >
                    {td_string!(locale, calls.chat.earlier)}
                </button>
            </Show>
            <Show when=is_empty>
                <p class="chat-empty">{td_string!(locale, calls.chat.empty)}</p>
            </Show>
            <For each=move || keys.get() key=|key| *key let(key)>
                <Message room=room lines=lines key=key />
            </For>
        </div>
    }
}

/// One message. The element stays the same while what is known of the message changes, so that it is read out once.
#[component]
fn Message(room: Room, lines: Memo<Vec<Line>>, key: LineKey) -> impl IntoView {
    let locale = use_locale();
    let line = Memo::new(move |before: Option<&Option<Line>>| {
        let found = lines.with(|lines| lines.iter().find(|line| line.key == key).cloned());
        // The list goes before its elements do.
        found.or_else(|| before.cloned().flatten())
    });
    let of = move |read: fn(&Line) -> bool| move || line.with(|line| line.as_ref().is_some_and(read));
    let delivery = Memo::new(move |_| line.with(|line| line.as_ref().map(|line| line.delivery.clone())));
    let time = move || match delivery.get() {
        Some(Delivery::Kept(at)) => Some(at),
        _ => None,
    };
    let author = match key.is_mine {
        true => td_string!(locale, calls.stage.you).to_owned(),
        false => room.name(),
    };
    let (begins_day, begins_turn) = (of(|line| line.begins_day), of(|line| line.begins_turn));
    let is_turn = begins_turn;
    let text = line.with_untracked(|line| line.as_ref().map(|line| line.text.clone()).unwrap_or_default());
    view! {
        <div class="chat-message" class=("side-mine", key.is_mine) class=("side-partner", !key.is_mine) class:is-turn=is_turn>
            {move || {
                let day = if begins_day() { time() } else { None };
                day.map(|day| view! { <p class="chat-day">{day_text(locale, &day)}</p> })
            }}
            <p class="chat-author" class:sr-only=move || !begins_turn()>
                {author}
            </p>
            <div class="chat-bubble">
                <p class="chat-text">{shown(locale, &text)}</p>
                {move || time().map(|time| view! { <time datetime=time.machine()>{clock(&time)}</time> })}
            </div>
            {move || delivery.get().map(|delivery| standing(locale, &delivery))}
        </div>
    }
}

fn clock(time: &LocalTime) -> String {
    format!("{:02}:{:02}", time.hour, time.minute)
}

/// How a message fares, if there is something to say.
fn standing(locale: Locale, delivery: &Delivery) -> AnyView {
    match delivery {
        Delivery::Kept(_) | Delivery::Heard => ().into_any(),
        // Over in a moment, mostly: nobody is to hear of it.
        Delivery::Sending => view! {
            <p class="chat-standing is-sending" aria-live="off">
                {td_string!(locale, calls.chat.sending)}
            </p>
        }
        .into_any(),
        Delivery::TryingAgain => view! {
            <p class="chat-standing">
                <Icon icon=icondata_lu::LuRefreshCw />
                <span>{td_string!(locale, calls.chat.trying_again)}</span>
            </p>
        }
        .into_any(),
        Delivery::Refused(error) => view! {
            <p class="chat-standing is-refused">
                <Icon icon=icondata_lu::LuCircleAlert />
                <span>{td_string!(locale, calls.chat.refused, why = error_text(locale, error))}</span>
            </p>
        }
        .into_any(),
    }
}

/// Text as text, in which addresses of the web can be pressed.
fn shown(locale: Locale, text: &str) -> Vec<AnyView> {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned().into_any(),
            Piece::Link(address) => view! {
                <a
                    href=address.to_owned()
                    target="_blank"
                    rel="noopener noreferrer"
                    title=td_string!(locale, calls.chat.opens_elsewhere)
                >
                    {address.to_owned()}
                </a>
            }
            .into_any(),
        })
        .collect()
}

/// The field to write in, which keeps what cannot be sent.
#[component]
fn WriteForm(room: Room) -> impl IntoView {
    let locale = use_locale();
    let chat = room.stage.chat;
    let outbox = use_outbox();
    let problem = RwSignal::new(None::<Problem>);
    let field = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let is_blank = Memo::new(move |_| chat.draft.with(|draft| parse_text(draft) == Err(Problem::Required)));
    let send = move || match chat.draft.with_untracked(|draft| parse_text(draft)) {
        Ok(text) => {
            problem.set(None);
            chat.draft.set(String::new());
            room.driver.write(outbox, text);
        }
        // There is nothing to send, and nothing to say about it.
        Err(Problem::Required) => {}
        Err(wrong) => problem.set(Some(wrong)),
    };
    let on_keydown = move |event: KeyboardEvent| {
        // Enter that chooses among the suggestions of an input method sends nothing.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send();
        }
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        send();
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
    };
    let on_input = move |event| {
        chat.draft.set(event_target_value(&event));
        // Said until it is mended.
        if problem.get_untracked().is_some() {
            problem.set(
                chat.draft
                    .with_untracked(|draft| parse_text(draft))
                    .err()
                    .filter(|wrong| *wrong != Problem::Required),
            );
        }
    };
    let described_by = move || match problem.with(Option::is_some) {
        true => "call-chat-error call-chat-hint",
        false => "call-chat-hint",
    };
    view! {
        <form class="chat-form" on:submit=on_submit>
            <label class="sr-only" for=FIELD>
                {td_string!(locale, calls.chat.field)}
            </label>
            <textarea
                class="input chat-field"
                id=FIELD
                rows="1"
                autocomplete="off"
                aria-describedby=described_by
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                node_ref=field
                prop:value=move || chat.draft.get()
                on:input=on_input
                on:keydown=on_keydown
            ></textarea>
            <Button submit=true disabled=is_blank>
                <Icon icon=icondata_lu::LuSendHorizontal />
                <span>{td_string!(locale, calls.chat.send)}</span>
            </Button>
            {move || {
                problem
                    .get()
                    .map(|problem| {
                        view! {
                            <p class="field-error chat-error" id="call-chat-error" role="alert">
                                <Icon icon=icondata_lu::LuCircleAlert />
                                <span>{problem_text(locale, &problem)}</span>
                            </p>
                        }
                    })
            }}
            <p class="sr-only" id="call-chat-hint">
                {td_string!(locale, calls.chat.hint)}
            </p>
        </form>
    }
}
