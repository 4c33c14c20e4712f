//! What stands where in the picture of a recording, and what its file is called.

/// Width and height of the picture, in pixels.
pub const SIZE: (f64, f64) = (1280.0, 720.0);
/// The strip of faces beside a shared screen.
const STRIP: f64 = 320.0;

/// A part of the picture, in pixels from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Area {
    const fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }

    /// Where a picture of this size stands in it, whole and in the middle; `None` for one that has no size yet.
    pub fn fit(self, width: f64, height: f64) -> Option<Self> {
        if width <= 0.0 || height <= 0.0 {
            return None;
        }
        let scale = (self.width / width).min(self.height / height);
        let (width, height) = (width * scale, height * scale);
        Some(Self::new(
            self.x + (self.width - width) / 2.0,
            self.y + (self.height - height) / 2.0,
            width,
            height,
        ))
    }
}

/// Who stands where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrangement {
    /// The partner.
    pub partner: Area,
    /// Who records.
    pub mine: Area,
    /// A shared screen.
    pub screen: Option<Area>,
}

/// Both faces side by side; beside a shared screen one above the other.
pub const fn arrange(has_screen: bool) -> Arrangement {
    let (width, height) = SIZE;
    if has_screen {
        let left = width - STRIP;
        Arrangement {
            screen: Some(Area::new(0.0, 0.0, left, height)),
            partner: Area::new(left, 0.0, STRIP, height / 2.0),
            mine: Area::new(left, height / 2.0, STRIP, height / 2.0),
        }
    } else {
        Arrangement {
            screen: None,
            partner: Area::new(0.0, 0.0, width / 2.0, height),
            mine: Area::new(width / 2.0, 0.0, width / 2.0, height),
        }
    }
}

/// `speakle-2026-11-21-ben.webm`. `date`: as in ISO 8601; `partner`: a username; `media_type`: what the browser recorded.
pub fn file_name(date: &str, partner: &str, media_type: &str) -> String {
    let extension = if media_type.starts_with("video/mp4") {
        "mp4"
    } else {
        "webm"
    };
    format!("speakle-{date}-{partner}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_inside_and_nothing_covers_anything() {
        for has_screen in [false, true] {
            let all = arrange(has_screen);
            let areas: Vec<Area> = [Some(all.partner), Some(all.mine), all.screen]
                .into_iter()
                .flatten()
                .collect();
            assert_eq!(areas.len(), if has_screen { 3 } else { 2 });
            let covered: f64 = areas.iter().map(|area| area.width * area.height).sum();
            assert_eq!(covered, SIZE.0 * SIZE.1, "they fill the picture");
            for (place, one) in areas.iter().enumerate() {
                assert!(one.x + one.width <= SIZE.0 && one.y + one.height <= SIZE.1);
                for other in &areas[place + 1..] {
                    let is_apart = one.x + one.width <= other.x
                        || other.x + other.width <= one.x
                        || one.y + one.height <= other.y
                        || other.y + other.height <= one.y;
                    assert!(is_apart, "{one:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn a_picture_is_shown_whole_in_the_middle_of_its_place() {
        let place = Area::new(640.0, 0.0, 640.0, 720.0);
        assert_eq!(place.fit(1280.0, 720.0), Some(Area::new(640.0, 180.0, 640.0, 360.0)));
        assert_eq!(place.fit(360.0, 720.0), Some(Area::new(780.0, 0.0, 360.0, 720.0)));
        assert_eq!(place.fit(0.0, 720.0), None);
    }

    #[test]
    fn the_file_says_when_and_with_whom() {
        assert_eq!(
            file_name("2026-11-21", "ben", "video/webm;codecs=vp8,opus"),
            "speakle-2026-11-21-ben.webm"
        );
        assert_eq!(
            file_name("2026-11-21", "ben", "video/mp4"),
            "speakle-2026-11-21-ben.mp4"
        );
    }
}
