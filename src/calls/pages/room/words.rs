//! The words for a state of things in a call.

use crate::calls::stage::layout::{Corner, Layout};
use crate::calls::stage::recovery::Recovery;
use crate::calls::stage::scene::Scene;
use crate::calls::stage::sharing::NotShared;
use crate::i18n::{Locale, td_string};

/// What is said in the partner's place, and to those who do not see it.
pub(super) fn scene_text(locale: Locale, scene: Scene, name: &str) -> String {
    match scene {
        Scene::Joining => td_string!(locale, calls.stage.joining).to_owned(),
        Scene::Waiting => td_string!(locale, calls.stage.waiting, name = name),
        Scene::Left => td_string!(locale, calls.stage.left, name = name),
        Scene::Lost => td_string!(locale, calls.stage.lost, name = name),
        Scene::Connecting => td_string!(locale, calls.stage.connecting, name = name),
        Scene::CameraOff => td_string!(locale, calls.stage.partner_camera_off, name = name),
        Scene::Picture => td_string!(locale, calls.stage.connected, name = name),
    }
}

/// What is said of a connection that is lost and found again, while there is something to say.
pub(super) fn recovery_text(locale: Locale, recovery: Recovery, name: &str) -> Option<String> {
    match recovery {
        Recovery::Fine => None,
        Recovery::Interrupted => Some(td_string!(locale, calls.recovery.interrupted, name = name)),
        Recovery::Restoring { attempt: 0 | 1 } => Some(td_string!(locale, calls.recovery.restoring, name = name)),
        Recovery::Restoring { .. } => Some(td_string!(locale, calls.recovery.restoring_again, name = name)),
        Recovery::Restored => Some(td_string!(locale, calls.recovery.restored, name = name)),
    }
}

/// The name of an order of the pictures.
pub(super) fn layout_text(locale: Locale, layout: Layout) -> &'static str {
    match layout {
        Layout::SideBySide => td_string!(locale, calls.layout.side),
        Layout::Spotlight => td_string!(locale, calls.layout.spotlight),
        Layout::PictureInPicture => td_string!(locale, calls.layout.corner),
    }
}

/// The name of a corner.
pub(super) fn corner_text(locale: Locale, corner: Corner) -> &'static str {
    match corner {
        Corner::TopLeft => td_string!(locale, calls.layout.corner_top_left),
        Corner::TopRight => td_string!(locale, calls.layout.corner_top_right),
        Corner::BottomLeft => td_string!(locale, calls.layout.corner_bottom_left),
        Corner::BottomRight => td_string!(locale, calls.layout.corner_bottom_right),
    }
}

/// Why nothing is shared, and what helps.
pub(super) fn not_shared_text(locale: Locale, problem: NotShared) -> &'static str {
    match problem {
        NotShared::BySystem => td_string!(locale, calls.sharing.failed_system),
        NotShared::Unreadable => td_string!(locale, calls.sharing.failed_unreadable),
        NotShared::Other => td_string!(locale, calls.sharing.failed_other),
    }
}
