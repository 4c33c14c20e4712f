//! Where the keyboard goes on from when what it stood on is gone.

use std::time::Duration;

use js_sys::{Function, Object, Reflect};
use leptos::ev::FocusEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::Closure;
use leptos::web_sys::{Element, MutationObserver, MutationObserverInit};
use leptos_router::hooks::use_location;
use send_wrapper::SendWrapper;

/// For how long a heading like the one before may still be the one before: pages of one kind share their elements.
const LIKENESS: Duration = Duration::from_secs(5);
/// For how long a page that comes late is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// After a navigation inside the application the focus goes to the heading of the new page, which is thereby read out, unless somebody
/// has put it elsewhere meanwhile. Call once, beside the pages, inside the router.
pub fn focus_new_pages() {
    let path = use_location().pathname;
    let awaited = Place::new(None);
    Effect::new(move |before: Option<()>| {
        // Read and not only tracked: a memo that nobody has read follows nothing.
        let _ = path.get();
        // The first page is the browser's own affair.
        if before.is_some() {
            awaited.set_value(Awaited::new(awaited).map(SendWrapper::new));
            look_in_a_frame(awaited);
        }
    });
}

/// Where it is kept. Empty on the server, which moves pages between threads.
type Place = StoredValue<Option<SendWrapper<Awaited>>>;

/// A page that is to come, and how things stood when the navigation began.
struct Awaited {
    heading: Option<(Option<String>, Element)>,
    focused: Option<Element>,
    /// A heading like the one before is that of the new page by now.
    is_late: bool,
    /// Somebody looks with the next frame.
    is_looked_for: bool,
    observer: MutationObserver,
    _on_change: Closure<dyn FnMut()>,
    timers: [Option<TimeoutHandle>; 2],
}

impl Awaited {
    /// `None` where there is nothing to watch.
    fn new(place: Place) -> Option<Self> {
        let on_change = Closure::<dyn FnMut()>::new(move || look_in_a_frame(place));
        let observer = MutationObserver::new(on_change.as_ref().unchecked_ref()).ok()?;
        let what = MutationObserverInit::new();
        what.set_child_list(true);
        what.set_character_data(true);
        what.set_subtree(true);
        let page = document().body()?;
        observer.observe_with_options(&page, &what).ok()?;
        let late = move || {
            place.try_update_value(|awaited| {
                if let Some(awaited) = awaited {
                    awaited.is_late = true;
                }
            });
            look_in_a_frame(place);
        };
        let give_up = move || {
            place.try_set_value(None);
        };
        Some(Self {
            heading: page_heading().map(|heading| (heading.text_content(), heading)),
            focused: document().active_element(),
            is_late: false,
            is_looked_for: false,
            observer,
            _on_change: on_change,
            timers: [
                set_timeout_with_handle(late, LIKENESS).ok(),
                set_timeout_with_handle(give_up, PATIENCE).ok(),
            ],
        })
    }

    fn has_come(&self, heading: &Element) -> bool {
        match &self.heading {
            Some((text, before)) => {
                heading != before || heading.text_content() != *text || (self.is_late && is_focus_lost())
            }
            None => true,
        }
    }

    fn is_untouched(&self) -> bool {
        is_focus_lost() || document().active_element() == self.focused
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        self.observer.disconnect();
        for timer in self.timers.iter().flatten() {
            timer.clear();
        }
    }
}

/// Looks when what is drawn now is complete, once for however many changes.
fn look_in_a_frame(place: Place) {
    let is_first = place.try_update_value(|awaited| {
        let awaited = awaited.as_mut()?;
        (!std::mem::replace(&mut awaited.is_looked_for, true)).then_some(())
    });
    if is_first.flatten().is_some() {
        request_animation_frame(move || look(place));
    }
}

fn look(place: Place) {
    let found = place.try_update_value(|awaited| {
        awaited.as_mut()?.is_looked_for = false;
        let heading =
            page_heading().filter(|heading| awaited.as_ref().is_some_and(|awaited| awaited.has_come(heading)))?;
        Some((heading, awaited.take()?))
    });
    let Some((heading, awaited)) = found.flatten() else {
        return;
    };
    let has_dialog = matches!(document().query_selector("dialog[open]"), Ok(Some(_)));
    if awaited.is_untouched() && !has_dialog {
        focus_heading(&heading);
    }
}

/// Puts the focus on the page's heading if nothing has it one frame from now: what had it goes away just now.
pub fn focus_page_if_lost() {
    request_animation_frame(|| {
        if let Some(heading) = page_heading().filter(|_| is_focus_lost()) {
            focus_heading(&heading);
        }
    });
}

/// The same when the part of the page that calls this goes away, with a button that had the focus maybe. Call where the part is made.
pub fn focus_page_when_gone() {
    // On the server parts come and go too, and nothing has the focus.
    Effect::new(|| on_cleanup(focus_page_if_lost));
}

/// A list of articles. When the one with the focus leaves it, the focus goes to the name in the next, else to the heading of the section
/// or of the page.
#[component]
pub fn Articles(
    /// Tracks whatever may take an article out, dialogs over the list included.
    changes: impl Fn() + 'static,
    /// The articles.
    children: Children,
) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let visited = StoredValue::new(None::<SendWrapper<(Element, u32)>>);
    let on_focusin = move |event: FocusEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let article = target.and_then(|target| target.closest("article").ok().flatten());
        let (Some(list), Some(article)) = (list.get_untracked(), article) else {
            return;
        };
        let place = (0..).zip(articles(&list)).find(|(_, other)| *other == article);
        visited.set_value(place.map(|(place, _)| SendWrapper::new((article, place))));
    };
    Effect::new(move || {
        changes();
        request_animation_frame(move || {
            let gone = visited.try_with_value(|visited| {
                let (article, place) = &**visited.as_ref()?;
                (!article.is_connected()).then_some(*place)
            });
            if let (Some(Some(place)), Some(Some(list))) = (gone, list.try_get_untracked())
                && is_focus_lost()
            {
                visited.set_value(None);
                focus_near(&list, place);
            }
        });
    });
    view! {
        <div class="grid gap-5" node_ref=list on:focusin=on_focusin>
            {children()}
        </div>
    }
}

fn articles(list: &Element) -> Vec<Element> {
    let Ok(found) = list.query_selector_all("article") else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into::<Element>().ok())
        .collect()
}

/// Puts the focus on what has taken the place of an article that is gone.
fn focus_near(list: &Element, place: u32) {
    let rest = articles(list);
    let next = rest.get(place as usize).or_else(|| rest.last());
    if let Some(name) = next.and_then(|article| article.query_selector("a[href], button").ok().flatten()) {
        focus(&name);
        return;
    }
    let section = list.closest("section").ok().flatten();
    let heading = section
        .and_then(|section| section.query_selector(":scope > h2").ok().flatten())
        .filter(|heading| heading.get_client_rects().length() > 0);
    if let Some(heading) = heading.or_else(page_heading) {
        focus_heading(&heading);
    }
}

fn page_heading() -> Option<Element> {
    document().query_selector("main h1").ok().flatten()
}

pub(super) fn is_focus_lost() -> bool {
    document()
        .active_element()
        .is_none_or(|element| element.tag_name() == "BODY")
}

fn focus_heading(heading: &Element) {
    // A heading takes the focus by script alone, and is no stop on the way through the page.
    if heading.set_attribute("tabindex", "-1").is_ok() {
        focus(heading);
    }
}

/// The page does not move: going back has just brought the person to where they were.
fn focus(element: &Element) {
    let options = Object::new();
    let still = Reflect::set(&options, &"preventScroll".into(), &true.into());
    if let (Ok(true), Ok(method)) = (still, Reflect::get(element, &"focus".into()))
        && let Some(method) = method.dyn_ref::<Function>()
    {
        // Refused only by an element that has just left the page.
        let _ = method.call1(element, &options);
    }
}
