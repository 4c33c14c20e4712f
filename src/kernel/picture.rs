//! The name of a person's picture, and the addresses that it has.
//!
//! Whoever shows people shows pictures: the design system knows no feature and has to know where a picture is.

use crate::define_id;

define_id! {
    /// A picture of a person. Nobody can guess it, and the next picture has another.
    PictureId
}

/// The sizes that a picture is kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureSize {
    /// In rows and cards.
    Small,
    /// On dense screens, and where the person is the subject.
    Large,
}

impl PictureSize {
    /// Both, the smaller first.
    pub const ALL: [Self; 2] = [Self::Small, Self::Large];

    /// Width and height, in pixels.
    pub const fn pixels(self) -> u32 {
        match self {
            Self::Small => 96,
            Self::Large => 512,
        }
    }
}

/// Under which pictures are served.
pub const PICTURES: &str = "/media/pictures/";

/// The last part of a picture's address, and the name of its file.
pub fn file_name(id: PictureId, size: PictureSize) -> String {
    format!("{id}-{}.webp", size.pixels())
}

/// Where a picture is served.
pub fn address(id: PictureId, size: PictureSize) -> String {
    format!("{PICTURES}{}", file_name(id, size))
}

/// Reads what [`file_name`] writes, and nothing else.
pub fn parse_file_name(name: &str) -> Option<(PictureId, PictureSize)> {
    PictureSize::ALL.into_iter().find_map(|size| {
        let id = name.strip_suffix(&format!("-{}.webp", size.pixels()))?.parse().ok()?;
        // An id can be written in several ways, and only one of them is a name of ours.
        (file_name(id, size) == name).then_some((id, size))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "5c0e7a52-3a54-4b0f-9a57-6f7c1a2b3c4d";

    #[test]
    fn a_name_reads_back_what_was_written() {
        let id: PictureId = ID.parse().unwrap();
        assert_eq!(address(id, PictureSize::Small), format!("/media/pictures/{ID}-96.webp"));
        for size in PictureSize::ALL {
            assert_eq!(parse_file_name(&file_name(id, size)), Some((id, size)));
        }
    }

    #[test]
    fn what_is_no_name_of_ours_leads_nowhere() {
        for name in [
            "",
            "-96.webp",
            ID,
            &format!("{ID}-97.webp"),
            &format!("{ID}-96.png"),
            &format!("{ID}-96.webp/"),
            &format!("../{ID}-96.webp"),
            "../../speakle.db",
            "/etc/passwd",
            &format!("{}-96.webp", ID.to_uppercase()),
            &format!("{{{ID}}}-96.webp"),
            &format!("{}-96.webp", ID.replace('-', "")),
            &format!("{ID}-096.webp"),
            &format!("{ID}-96.webp\0"),
        ] {
            assert_eq!(parse_file_name(name), None, "{name:?}");
        }
    }
}
