//! QR codes as paths: no picture has to be fetched, and no script draws it.

use std::fmt::Write as _;

use qrcodegen::{QrCode as Code, QrCodeEcc};

use super::model::QrCode;

/// A text as a QR code; `None` for one that is too long.
pub(super) fn draw(text: &str) -> Option<QrCode> {
    let code = Code::encode_text(text, QrCodeEcc::Medium).ok()?;
    let (mut path, size) = (String::new(), code.size());
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let start = x;
            while code.get_module(x, y) {
                x += 1;
            }
            let length = x - start;
            if length > 0 {
                // Writing into a string does not fail.
                let _ = write!(path, "M{start} {y}h{length}v1h-{length}z");
            } else {
                x += 1;
            }
        }
    }
    let size = u32::try_from(size).ok()?;
    Some(QrCode { size, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dark modules that a path draws.
    fn dark(path: &str) -> Vec<(i32, i32)> {
        let mut dark = Vec::new();
        for run in path.split_terminator('z') {
            let (start, rest) = run.strip_prefix('M').unwrap().split_once('h').unwrap();
            let (x, y) = start.split_once(' ').unwrap();
            let (length, back) = rest.split_once("v1h-").unwrap();
            assert_eq!(length, back, "a rectangle");
            let (x, y, length): (i32, i32, i32) = (x.parse().unwrap(), y.parse().unwrap(), length.parse().unwrap());
            dark.extend((x..x + length).map(|x| (x, y)));
        }
        dark
    }

    #[test]
    fn the_path_has_the_modules_of_the_code_and_no_others() {
        let text = "otpauth://totp/Speakle:ana?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Speakle";
        let (drawn, code) = (draw(text).unwrap(), Code::encode_text(text, QrCodeEcc::Medium).unwrap());
        let size = code.size();
        assert_eq!(drawn.size, u32::try_from(size).unwrap());
        let expected: Vec<(i32, i32)> = (0..size)
            .flat_map(|y| (0..size).map(move |x| (x, y)))
            .filter(|&(x, y)| code.get_module(x, y))
            .collect();
        assert_eq!(dark(&drawn.path), expected);
        assert!(draw(&"x".repeat(10_000)).is_none());
    }
}
