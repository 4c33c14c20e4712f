//! Sends a picture, and says how far it has come: what is sent by `fetch` cannot say that.

use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::Closure;
use web_sys::{Event, File, FormData, ProgressEvent, XmlHttpRequest};

use super::crop::Crop;
use crate::kernel::error::AppError;
use crate::kernel::picture::PictureId;

/// What is on its way. It is broken off when this is dropped.
pub struct Sending {
    request: XmlHttpRequest,
    // What it calls, for as long as it may.
    _on_progress: Closure<dyn FnMut(ProgressEvent)>,
    _on_end: Closure<dyn FnMut(Event)>,
}

impl Sending {
    /// Sends `file` to `address`, and which part of it was chosen; `on_progress` hears how much of it has gone, from 0 to 1, and `on_end` hears
    /// the answer, once. `None` where the browser refuses even to begin.
    pub fn begin(
        address: &str,
        file: &File,
        part: Option<Crop>,
        on_progress: impl Fn(f64) + 'static,
        on_end: impl Fn(Result<PictureId, AppError>) + 'static,
    ) -> Option<Self> {
        let form = FormData::new().ok()?;
        // What the file is called is nobody's business.
        form.append_with_blob_and_filename("picture", file, "picture").ok()?;
        let numbers = part.map(|part| [("x", part.x), ("y", part.y), ("side", part.side)]);
        for (name, number) in numbers.into_iter().flatten() {
            form.append_with_str(name, &number.to_string()).ok()?;
        }
        let request = XmlHttpRequest::new().ok()?;
        request.open_with_async("POST", address, true).ok()?;
        request.set_request_header("accept", "application/json").ok()?;

        let on_progress = Closure::new(move |event: ProgressEvent| {
            if event.length_computable() && event.total() > 0.0 {
                on_progress(event.loaded() / event.total());
            }
        });
        let on_end = {
            let (request, on_end) = (request.clone(), Rc::new(on_end));
            Closure::new(move |_: Event| {
                // Whoever hears it lets go of this closure.
                let (answer, on_end) = (answer(&request), Rc::clone(&on_end));
                leptos::prelude::queue_microtask(move || on_end(answer));
            })
        };
        if let Ok(upload) = request.upload() {
            upload.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
        }
        request.set_onloadend(Some(on_end.as_ref().unchecked_ref()));
        request.send_with_opt_form_data(Some(&form)).ok()?;
        Some(Self {
            request,
            _on_progress: on_progress,
            _on_end: on_end,
        })
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Ok(upload) = self.request.upload() {
            upload.set_onprogress(None);
        }
        self.request.set_onloadend(None);
        // Of no consequence where it has ended.
        let _ = self.request.abort();
    }
}

/// What came back; nothing at all where the network or the server was away.
fn answer(request: &XmlHttpRequest) -> Result<PictureId, AppError> {
    let body = request.response_text().ok().flatten().unwrap_or_default();
    match request.status() {
        Ok(200) => serde_json::from_str(&body).map_err(|_| AppError::Unreachable),
        // What is no answer of ours is that of somebody who stands for a server that is away.
        _ => Err(serde_json::from_str(&body).unwrap_or(AppError::Unreachable)),
    }
}
