//! The server's side of `browser`: the same names, nothing behind them. A page sends nothing on the server.

use leptos::web_sys::File;

use super::crop::Crop;
use crate::kernel::error::AppError;
use crate::kernel::picture::PictureId;

/// In the browser: what is on its way.
pub struct Sending;

impl Sending {
    /// In the browser: sends a picture.
    pub fn begin(
        _address: &str,
        _file: &File,
        _part: Option<Crop>,
        _on_progress: impl Fn(f64) + 'static,
        _on_end: impl Fn(Result<PictureId, AppError>) + 'static,
    ) -> Option<Self> {
        None
    }
}
