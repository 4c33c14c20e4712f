//! What a person sees of notifications.

mod asked;
mod device;
mod entry;
mod follow;
mod list;
mod panel;
mod settings;
mod telling;
mod words;

pub use follow::follow_notifications;
pub use list::NotificationsPage;
pub use settings::NotificationSettingsPage;
