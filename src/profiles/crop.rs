//! Which part of a picture is shown: a square, and how a person moves it.
//!
//! Everything is counted in pixels of the picture as it stands upright, from its upper left corner, on both sides.

/// The part of a picture that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    /// How far from the left.
    pub x: u32,
    /// How far from above.
    pub y: u32,
    /// Width and height.
    pub side: u32,
}

impl Crop {
    /// The largest square in the middle.
    pub const fn middle(width: u32, height: u32) -> Self {
        let side = if width < height { width } else { height };
        Self {
            x: (width - side) / 2,
            y: (height - side) / 2,
            side,
        }
    }

    /// Whether it is a square within a picture of this size.
    pub fn fits(self, width: u32, height: u32) -> bool {
        let is_within = |from: u32, all: u32| from.checked_add(self.side).is_some_and(|end| end <= all);
        self.side > 0 && is_within(self.x, width) && is_within(self.y, height)
    }
}

/// How closely one can look, at most: a part of a quarter of the side.
pub const CLOSEST: f64 = 4.0;

/// A square over a picture that a person moves and makes smaller. It never leaves the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Framing {
    width: f64,
    height: f64,
    /// From 1, as much of the picture as fits, to [`CLOSEST`].
    zoom: f64,
    /// The upper left corner.
    x: f64,
    y: f64,
}

impl Framing {
    /// The largest square in the middle; `None` of a picture without an extent.
    pub fn of(width: u32, height: u32) -> Option<Self> {
        if width == 0 || height == 0 {
            return None;
        }
        let (width, height) = (f64::from(width), f64::from(height));
        let side = width.min(height);
        Some(Self {
            width,
            height,
            zoom: 1.0,
            x: (width - side) / 2.0,
            y: (height - side) / 2.0,
        })
    }

    fn side(self) -> f64 {
        self.width.min(self.height) / self.zoom
    }

    /// How closely it looks, from 1 to [`CLOSEST`].
    pub const fn zoom(self) -> f64 {
        self.zoom
    }

    /// The picture was pushed by this many sides of the square, to the right and down: what is shown moves the other way.
    pub fn pushed(self, right: f64, down: f64) -> Self {
        let side = self.side();
        self.at(self.x - right * side, self.y - down * side)
    }

    /// Looks as closely as this. What lies under a point of the square, in parts of its side from the upper left corner, stays there as far as
    /// the picture's edges let it.
    pub fn zoomed(self, zoom: f64, over: (f64, f64)) -> Self {
        let zoom = if zoom.is_finite() {
            zoom.clamp(1.0, CLOSEST)
        } else {
            self.zoom
        };
        let before = self.side();
        let closer = Self { zoom, ..self };
        let less = before - closer.side();
        closer.at(self.x + less * over.0, self.y + less * over.1)
    }

    /// Two fingers went from two places to two others, each in parts of the square's side from its upper left corner: what was under them stays
    /// under them, as far as the picture's edges let it.
    pub fn pinched(self, before: [(f64, f64); 2], now: [(f64, f64); 2]) -> Self {
        let apart = |[one, other]: [(f64, f64); 2]| (one.0 - other.0).hypot(one.1 - other.1);
        let middle = |[one, other]: [(f64, f64); 2]| ((one.0 + other.0) / 2.0, (one.1 + other.1) / 2.0);
        let (from, to) = (middle(before), middle(now));
        // Where both were in one place, no zoom follows: what is no number is left as it was.
        let zoom = self.zoom * (apart(now) / apart(before));
        self.zoomed(zoom, from).pushed(to.0 - from.0, to.1 - from.1)
    }

    fn at(self, x: f64, y: f64) -> Self {
        let side = self.side();
        let held = |at: f64, all: f64, before: f64| {
            if at.is_finite() {
                at.clamp(0.0, all - side)
            } else {
                before
            }
        };
        Self {
            x: held(x, self.width, self.x),
            y: held(y, self.height, self.y),
            ..self
        }
    }

    /// Where the picture lies behind the square, in hundredths of the square's side: left, top, width, height.
    pub fn lie(self) -> [f64; 4] {
        let side = self.side();
        [-self.x, -self.y, self.width, self.height].map(|length| length / side * 100.0)
    }

    /// In whole pixels, which fit.
    pub fn crop(self) -> Crop {
        // Whole and not negative by now, and no side is longer than a `u32` counts.
        let whole = |length: f64| length.round().max(0.0) as u32;
        let (width, height) = (whole(self.width), whole(self.height));
        let side = whole(self.side()).clamp(1, width.min(height));
        Crop {
            x: whole(self.x).min(width - side),
            y: whole(self.y).min(height - side),
            side,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_middle_is_the_largest_square() {
        for (size, crop) in [
            ((100, 100), (0, 0, 100)),
            ((300, 100), (100, 0, 100)),
            ((101, 300), (0, 99, 101)),
            ((1, 9), (0, 4, 1)),
        ] {
            let (x, y, side) = crop;
            assert_eq!(Crop::middle(size.0, size.1), Crop { x, y, side });
            assert_eq!(Framing::of(size.0, size.1).unwrap().crop().side, side);
        }
        assert_eq!(Framing::of(0, 5), None);
    }

    #[test]
    fn what_is_not_within_the_picture_is_no_part_of_it() {
        let crop = |x, y, side| Crop { x, y, side };
        for fits in [crop(0, 0, 1), crop(0, 0, 50), crop(50, 0, 50), crop(99, 49, 1)] {
            assert!(fits.fits(100, 50), "{fits:?}");
        }
        for wrong in [
            crop(0, 0, 0),
            crop(0, 0, 51),
            crop(51, 0, 50),
            crop(0, 1, 50),
            crop(u32::MAX, 0, 2),
            crop(1, 1, u32::MAX),
        ] {
            assert!(!wrong.fits(100, 50), "{wrong:?}");
        }
    }

    #[test]
    fn the_picture_follows_the_finger() {
        let middle = Framing::of(300, 100).unwrap();
        assert_eq!(middle.lie(), [-100.0, 0.0, 300.0, 100.0]);
        // A quarter of the square to the right shows 25 pixels more of the left.
        assert_eq!(middle.pushed(0.25, 0.0).crop(), Crop { x: 75, y: 0, side: 100 });
        assert_eq!(middle.pushed(0.0, 0.25).crop(), middle.crop());
        assert_eq!(middle.pushed(9.0, 0.0).crop(), Crop { x: 0, y: 0, side: 100 });
        assert_eq!(
            middle.pushed(-9.0, 0.0).crop(),
            Crop {
                x: 200,
                y: 0,
                side: 100
            }
        );
    }

    #[test]
    fn what_is_looked_at_stays_where_it_is() {
        let framing = Framing::of(400, 400).unwrap();
        assert_eq!(
            framing.zoomed(2.0, (0.5, 0.5)).crop(),
            Crop {
                x: 100,
                y: 100,
                side: 200
            }
        );
        assert_eq!(
            framing.zoomed(2.0, (0.0, 1.0)).crop(),
            Crop {
                x: 0,
                y: 200,
                side: 200
            }
        );
        let close = framing.zoomed(4.0, (0.25, 0.25));
        assert_eq!(close.zoomed(1.0, (0.7, 0.1)).crop(), framing.crop());
        assert_eq!(framing.zoomed(99.0, (0.5, 0.5)).zoom(), CLOSEST);
        assert_eq!(framing.zoomed(f64::NAN, (0.5, 0.5)).crop(), framing.crop());
    }

    #[test]
    fn what_is_under_two_fingers_stays_there() {
        let framing = Framing::of(400, 400).unwrap();
        let crop = |x, y, side| Crop { x, y, side };
        // Apart to twice the distance, around the middle.
        let apart = framing.pinched([(0.4, 0.5), (0.6, 0.5)], [(0.3, 0.5), (0.7, 0.5)]);
        assert_eq!(apart.crop(), crop(100, 100, 200));
        // Both to the left by a quarter: the picture goes along.
        let moved = apart.pinched([(0.4, 0.5), (0.6, 0.5)], [(0.15, 0.5), (0.35, 0.5)]);
        assert_eq!(moved.crop(), crop(150, 100, 200));
        assert_eq!(
            framing.pinched([(0.5, 0.5); 2], [(0.1, 0.5), (0.9, 0.5)]).crop(),
            framing.crop()
        );
        assert_eq!(apart.pinched([(0.1, 0.1), (0.9, 0.9)], [(0.5, 0.5); 2]).zoom(), 1.0);
    }

    proptest! {
        #[test]
        fn however_it_is_moved_it_fits(
            width in 1_u32..20_000,
            height in 1_u32..20_000,
            moves in prop::collection::vec((-3.0_f64..3.0, -3.0_f64..3.0, 0.1_f64..9.0), 0..12),
        ) {
            let mut framing = Framing::of(width, height).unwrap();
            for (right, down, zoom) in moves {
                framing = framing.pushed(right, down).zoomed(zoom, (right.abs() / 3.0, down.abs() / 3.0));
                prop_assert!(framing.crop().fits(width, height), "{framing:?}");
            }
        }
    }
}
