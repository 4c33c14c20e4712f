//! Where the page was pressed last: an impatient thumb comes twice, and the second press is not meant for what has come under it.

use leptos::ev;
use leptos::prelude::*;

/// A press that is no further from another than this, in pixels, is by the same thumb at the same place.
const THUMB: u32 = 40;

/// A place in the window, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
}

impl Spot {
    /// Whether the other one is at the same place, as far as thumbs go.
    pub const fn is_near(self, other: Self) -> bool {
        self.x.abs_diff(other.x) <= THUMB && self.y.abs_diff(other.y) <= THUMB
    }
}

/// Under [`provide_last_press`].
#[derive(Clone, Copy)]
struct LastPress(StoredValue<Option<Spot>>);

/// Keeps where the page was pressed last. Call once, at the root.
pub fn provide_last_press() {
    let last = StoredValue::new(None);
    provide_context(LastPress(last));
    Effect::new(move |_| {
        let presses = window_event_listener(ev::pointerdown, move |event| {
            let (x, y) = (event.client_x(), event.client_y());
            last.try_set_value(Some(Spot { x, y }));
        });
        on_cleanup(move || presses.remove());
    });
}

/// Where it was pressed last, if it was. Under [`provide_last_press`].
pub fn last_press() -> Option<Spot> {
    expect_context::<LastPress>().0.get_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumb_comes_down_about_where_it_was() {
        let first = Spot { x: 332, y: 800 };
        assert!(first.is_near(Spot { x: 332, y: 800 }));
        assert!(first.is_near(Spot { x: 372, y: 760 }));
        assert!(!first.is_near(Spot { x: 373, y: 800 }));
        assert!(!first.is_near(Spot { x: 332, y: 759 }));
    }
}
