//! The design system: what every page is built from. It names no feature.
//!
//! - Colours, type and spacing are tokens in `style/tokens.css`; a component here writes semantic classes from `style/`, a page adds
//!   Tailwind utilities for its own layout. Nothing writes a `style` attribute: the content security policy refuses them.
//! - The root of an interactive component is the interactive element, so `on:click`, `attr:id` and `attr:class` at the call site
//!   land where they should.
//! - Fields are uncontrolled: their first value is an attribute, so that what was typed before hydration stays.
//! - A page's title is its heading: `PageHeader` and `FaceHeader` set it, and the root of the application adds the product's name.
//! - Words of the components are under `ui` in `locales/`.
//!
//! To add a component: one file here, its classes in one file under `style/`, both themes looked at.

pub mod attention;
pub mod avatar;
pub mod button;
pub mod card;
pub mod count_badge;
pub mod desktop;
pub mod dialog;
pub mod empty_state;
pub mod entry_page;
pub mod face_header;
pub mod facts;
pub mod fetched;
pub mod field;
pub mod focus;
pub mod fold;
pub mod form;
pub mod held;
pub mod icon;
pub mod language_badge;
pub mod last_press;
pub mod local_time;
pub mod menu;
pub mod not_found;
pub mod notice;
pub mod page_header;
pub mod password_field;
pub mod problem;
pub mod query;
pub mod resized;
pub mod said;
pub mod section_nav;
pub mod select_field;
pub mod sent_once;
pub mod service_worker;
pub mod settings_form;
pub mod settings_nav;
pub mod sound;
pub mod sound_settings;
pub mod spinner;
pub mod status_message;
pub mod storage;
pub mod system_notification;
pub mod toast;

pub use attention::{flash_title, shake};
pub use avatar::{Avatar, AvatarSize, Dot, PresenceDot};
pub use button::{Button, ButtonKind, IconButton, LinkButton};
pub use card::{Card, FaceCard};
pub use count_badge::{CountBadge, RequestsWaiting};
pub use desktop::{Desktop, NotificationsOffer, Standing, provide_desktop, use_desktop};
pub use dialog::{Dialog, DialogActions};
pub use empty_state::EmptyState;
pub use entry_page::{Entry, EntryPage, NextField, OtherWay, use_entry};
pub use face_header::{DialogPage, FaceHeader};
pub use facts::Facts;
pub use fetched::{FetchFailure, Fetchable, Fetched, NotLoaded, use_fetched};
pub use field::{FieldShell, TextArea, TextField};
pub use focus::{Articles, focus_new_pages, focus_page_if_lost, focus_page_when_gone};
pub use fold::Fold;
pub use form::{Form, FormError, provide_returned_form, returned_form, use_form, use_plain_form, use_sent_form};
pub use held::held_for;
pub use icon::Icon;
pub use language_badge::{LanguageBadge, Side};
pub use last_press::{Spot, last_press, provide_last_press};
pub use local_time::{When, clock_text, day_name, moment_text, weekday_name, weekday_of, weekday_short, when_text};
pub use menu::Menu;
pub use not_found::NotFound;
pub use notice::{Notice, Tone};
pub use page_header::PageHeader;
pub use password_field::PasswordField;
pub use problem::{error_text, problem_text};
pub use query::{leave_out_blanks, use_query};
pub use resized::on_resized;
pub use said::Said;
pub use section_nav::{SectionLink, SectionNav};
pub use select_field::{RowSelect, SelectField, SelectOption};
pub use sent_once::send_forms_once;
pub use service_worker::keep_service_worker;
pub use settings_form::SettingsForm;
pub use settings_nav::SettingsNav;
pub use sound::{Sound, Sounds, provide_sounds, use_sounds};
pub use sound_settings::DeviceSettings;
pub use spinner::Spinner;
pub use status_message::StatusMessage;
pub use toast::{Toast, ToastAction, ToastRegion, Toasts, provide_toasts, use_toasts};
