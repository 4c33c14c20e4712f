//! A file that was chosen, until it is sent or put aside.

use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::{File, Url};
use send_wrapper::SendWrapper;

use crate::accounts::own_picture::use_own_picture;
use crate::kernel::error::{AppError, Problem};
use crate::kernel::picture::PictureId;
use crate::profiles::browser::Sending;
use crate::profiles::crop::Framing;
use crate::profiles::model::{PICTURE_BYTES_MAX, TOO_LARGE};
use crate::ui::{Form, use_sent_form};

/// Where a picture is sent to.
pub(super) const SAVE: &str = "/api/save_picture";

/// The file, and an address under which the page can show it.
struct Chosen {
    file: File,
    address: String,
}

impl Drop for Chosen {
    fn drop(&mut self) {
        // Refused for no address that this page has made.
        let _ = Url::revoke_object_url(&self.address);
    }
}

/// What was chosen, which part of it, and what becomes of it.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    /// For the fields.
    pub(super) form: Form,
    field: NodeRef<html::Input>,
    own: RwSignal<Option<PictureId>>,
    chosen: RwSignal<Option<SendWrapper<Chosen>>>,
    framing: RwSignal<Option<Framing>>,
    /// Of the sending, from 0 to 1.
    progress: RwSignal<Option<f64>>,
    answer: RwSignal<Option<Result<(), AppError>>>,
    sending: StoredValue<Option<SendWrapper<Sending>>>,
}

impl Choice {
    /// Nothing yet, but what is in the field when the page comes to life.
    pub(super) fn new(field: NodeRef<html::Input>) -> Self {
        let (progress, answer) = (RwSignal::new(None), RwSignal::new(None));
        let choice = Self {
            form: use_sent_form(SAVE, answer.into(), Signal::derive(move || progress.read().is_some())),
            field,
            own: use_own_picture(),
            chosen: RwSignal::new(None),
            framing: RwSignal::new(None),
            progress,
            answer,
            sending: StoredValue::new(None),
        };
        Effect::new(move || choice.look());
        choice
    }

    /// Looks at what is in the field now.
    pub(super) fn look(self) {
        let Some(file) = self.field.get_untracked().and_then(|field| field.files()?.get(0)) else {
            return;
        };
        self.stop();
        self.framing.set(None);
        if file.size() > PICTURE_BYTES_MAX as f64 {
            self.put_aside();
            self.refuse(TOO_LARGE);
            return;
        }
        self.answer.set(None);
        let address = Url::create_object_url_with_blob(&file).ok();
        self.chosen
            .set(address.map(|address| SendWrapper::new(Chosen { file, address })));
    }

    /// Whether something was chosen.
    pub(super) fn is_made(self) -> bool {
        self.chosen.read().is_some()
    }

    /// Under which the page can show it.
    pub(super) fn address(self) -> Option<String> {
        self.chosen.read().as_ref().map(|chosen| chosen.address.clone())
    }

    /// Which part is shown, as soon as the picture is there.
    pub(super) fn framing(self) -> Option<Framing> {
        self.framing.get()
    }

    /// The picture is there, and of this size.
    pub(super) fn begin(self, width: u32, height: u32) {
        self.framing.set(Framing::of(width, height));
    }

    /// The browser cannot show it as a picture.
    pub(super) fn give_back(self) {
        self.put_aside();
        self.refuse(Problem::NotAPicture);
    }

    /// Another part is shown.
    pub(super) fn frame(self, change: impl FnOnce(Framing) -> Framing) {
        self.framing.update(|framing| *framing = framing.map(change));
    }

    /// How much of it has gone, from 0 to 1, while it is sent.
    pub(super) fn progress(self) -> Option<f64> {
        self.progress.get()
    }

    /// Whether it was sent and did not come through, and may come through another time.
    pub(super) fn can_be_sent_again(self) -> bool {
        let failed = |answer: &Option<Result<(), AppError>>| {
            answer.as_ref().is_some_and(|answer| {
                matches!(
                    answer,
                    Err(AppError::Unreachable | AppError::Busy { .. } | AppError::Limited { .. } | AppError::Internal)
                )
            })
        };
        self.is_made() && self.answer.with(failed)
    }

    /// Sends it.
    pub(super) fn send(self) {
        if self.progress.read_untracked().is_some() {
            return;
        }
        let part = self.framing.get_untracked().map(Framing::crop);
        let begun = self.chosen.with_untracked(|chosen| {
            let chosen = chosen.as_ref()?;
            let on_progress = move |part| self.progress.set(Some(part));
            Some(Sending::begin(SAVE, &chosen.file, part, on_progress, move |answer| {
                self.end(answer);
            }))
        });
        match begun {
            None => self.refuse(Problem::Required),
            Some(None) => self.answer.set(Some(Err(AppError::Unreachable))),
            Some(sending) => {
                self.answer.set(None);
                self.progress.set(Some(0.0));
                self.sending.set_value(sending.map(SendWrapper::new));
            }
        }
    }

    fn end(self, answer: Result<PictureId, AppError>) {
        self.stop();
        if let Ok(id) = answer {
            self.own.set(Some(id));
            self.put_aside();
        }
        self.answer.set(Some(answer.map(drop)));
    }

    /// What became of the last sending is said no more.
    pub(super) fn fall_silent(self) {
        self.answer.set(None);
    }

    /// Stops what is on its way, and puts aside what is not.
    pub(super) fn cancel(self) {
        if self.progress.read_untracked().is_some() {
            self.stop();
            return;
        }
        self.put_aside();
        self.answer.set(None);
        if let Some(field) = self.field.get_untracked() {
            // The button that had the focus goes.
            let _ = field.focus();
        }
    }

    fn stop(self) {
        self.progress.set(None);
        self.sending.set_value(None);
    }

    fn put_aside(self) {
        self.chosen.set(None);
        self.framing.set(None);
        if let Some(field) = self.field.get_untracked() {
            field.set_value("");
        }
    }

    fn refuse(self, problem: Problem) {
        self.answer.set(Some(Err(AppError::field("picture", problem))));
    }
}
