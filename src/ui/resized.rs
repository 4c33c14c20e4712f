//! What has to be put right when an element becomes larger or smaller.

use leptos::html::ElementType;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::Closure;
use leptos::web_sys::{Element, ResizeObserver};
use send_wrapper::SendWrapper;

/// Calls `act` whenever the element has got another size, before that is drawn, and once when it comes.
pub fn on_resized<E>(element: NodeRef<E>, act: impl Fn() + Clone + 'static)
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + AsRef<Element> + 'static,
{
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let on_change = Closure::<dyn Fn()>::new(act.clone());
        let Ok(observer) = ResizeObserver::new(on_change.as_ref().unchecked_ref()) else {
            return;
        };
        observer.observe(element.as_ref());
        let watching = SendWrapper::new((observer, on_change));
        on_cleanup(move || watching.0.disconnect());
    });
}
