//! How the pictures of a call stand: which is large, and where the small ones are.

use leptos::prelude::*;

/// An order of the pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Both faces alike.
    SideBySide,
    /// One picture large, the others in a row of their own.
    Spotlight,
    /// One picture over all the place, the others in a corner of it.
    PictureInPicture,
}

impl Layout {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::SideBySide, Self::Spotlight, Self::PictureInPicture];

    /// Its name in storage and in the document's classes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SideBySide => "side",
            Self::Spotlight => "spotlight",
            Self::PictureInPicture => "corner",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layout| layout.name() == name)
    }

    /// What a person gets who has not chosen: the partner as large as can be, and nothing over a screen that is to be read.
    pub const fn usual(has_screen: bool) -> Self {
        if has_screen {
            Self::Spotlight
        } else {
            Self::PictureInPicture
        }
    }

    /// The one after it, round and round.
    pub const fn next(self) -> Self {
        match self {
            Self::SideBySide => Self::Spotlight,
            Self::Spotlight => Self::PictureInPicture,
            Self::PictureInPicture => Self::SideBySide,
        }
    }
}

/// A picture of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tile {
    /// The partner's face.
    Partner,
    /// The own face.
    Own,
    /// The screen that the partner shares.
    Screen,
}

/// A corner of the place for pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Corner {
    /// Above, on the left.
    TopLeft,
    /// Above, on the right.
    TopRight,
    /// Below, on the left.
    BottomLeft,
    /// Below, on the right.
    #[default]
    BottomRight,
}

impl Corner {
    /// All, as they are read.
    pub const ALL: [Self; 4] = [Self::TopLeft, Self::TopRight, Self::BottomLeft, Self::BottomRight];

    /// Its name in storage and in the document's classes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TopLeft => "top-left",
            Self::TopRight => "top-right",
            Self::BottomLeft => "bottom-left",
            Self::BottomRight => "bottom-right",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|corner| corner.name() == name)
    }

    /// The nearest to a point, which is given as parts of the whole width and height.
    pub const fn nearest(x: f64, y: f64) -> Self {
        Self::of(y < 0.5, x < 0.5)
    }

    /// Where an arrow key leads from here (`KeyboardEvent.key`); `None` for other keys.
    pub fn moved(self, key: &str) -> Option<Self> {
        let (is_top, is_left) = (
            matches!(self, Self::TopLeft | Self::TopRight),
            matches!(self, Self::TopLeft | Self::BottomLeft),
        );
        match key {
            "ArrowUp" => Some(Self::of(true, is_left)),
            "ArrowDown" => Some(Self::of(false, is_left)),
            "ArrowLeft" => Some(Self::of(is_top, true)),
            "ArrowRight" => Some(Self::of(is_top, false)),
            _ => None,
        }
    }

    const fn of(is_top: bool, is_left: bool) -> Self {
        match (is_top, is_left) {
            (true, true) => Self::TopLeft,
            (true, false) => Self::TopRight,
            (false, true) => Self::BottomLeft,
            (false, false) => Self::BottomRight,
        }
    }
}

/// A picture that somebody pressed, to have it large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The picture.
    pub tile: Tile,
    /// Whether a screen was to be seen then. The wish holds until that changes: a screen that comes is what everybody is to look at.
    pub with_screen: bool,
}

/// Where a picture stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Beside the other, as large as it.
    Equal,
    /// Large.
    Large,
    /// The first of the small ones.
    FirstSmall,
    /// The second of them.
    SecondSmall,
}

impl Place {
    /// Where a picture stands. Asked only of pictures that are there.
    pub fn of(tile: Tile, layout: Layout, wish: Option<Wish>, has_screen: bool) -> Self {
        if layout == Layout::SideBySide && !has_screen {
            return Self::Equal;
        }
        let wished = wish.filter(|wish| wish.with_screen == has_screen).map(|wish| wish.tile);
        let large = wished.unwrap_or(if has_screen { Tile::Screen } else { Tile::Partner });
        if tile == large {
            return Self::Large;
        }
        let is_first = match tile {
            Tile::Screen => true,
            Tile::Partner => large == Tile::Screen || !has_screen,
            Tile::Own => !has_screen,
        };
        if is_first { Self::FirstSmall } else { Self::SecondSmall }
    }

    /// Whether it is one of the small ones.
    pub const fn is_small(self) -> bool {
        matches!(self, Self::FirstSmall | Self::SecondSmall)
    }

    /// Its class in the document.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Equal => "is-equal",
            Self::Large => "is-large",
            Self::FirstSmall => "is-small is-first",
            Self::SecondSmall => "is-small is-second",
        }
    }
}

/// How the page of the call is looked at. Copied freely.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The order that the person chose, now or on an earlier visit.
    pub chosen: RwSignal<Option<Layout>>,
    /// Where the small pictures are, where they lie over the large one.
    pub corner: RwSignal<Corner>,
    /// The picture that was pressed last.
    pub wish: RwSignal<Option<Wish>>,
    /// Whether the browser lets a page fill the screen.
    pub can_fill: RwSignal<bool>,
    /// Whether it does.
    pub is_full: RwSignal<bool>,
    /// Nobody has moved anything for a while, over a full screen.
    pub is_still: RwSignal<bool>,
    /// Whether the browser shows pictures in windows of their own (W3C Picture-in-Picture).
    pub can_pop_out: RwSignal<bool>,
    /// Whether one is shown so.
    pub is_popped_out: RwSignal<bool>,
    /// Whether keys act without a modifier.
    pub has_shortcuts: RwSignal<bool>,
}

impl View {
    /// Before the browser has said anything.
    pub fn new() -> Self {
        Self {
            chosen: RwSignal::new(None),
            corner: RwSignal::new(Corner::default()),
            wish: RwSignal::new(None),
            can_fill: RwSignal::new(false),
            is_full: RwSignal::new(false),
            is_still: RwSignal::new(false),
            can_pop_out: RwSignal::new(false),
            is_popped_out: RwSignal::new(false),
            has_shortcuts: RwSignal::new(true),
        }
    }

    /// The order that holds. Tracks.
    pub fn layout(self, has_screen: bool) -> Layout {
        self.chosen.get().unwrap_or(Layout::usual(has_screen))
    }
}

impl Default for View {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACES: [Tile; 2] = [Tile::Partner, Tile::Own];
    const ALL: [Tile; 3] = [Tile::Screen, Tile::Partner, Tile::Own];

    fn places(tiles: &[Tile], layout: Layout, wish: Option<Wish>, has_screen: bool) -> Vec<Place> {
        tiles
            .iter()
            .map(|tile| Place::of(*tile, layout, wish, has_screen))
            .collect()
    }

    #[test]
    fn a_face_may_be_covered_and_a_screen_not() {
        assert_eq!(Layout::usual(false), Layout::PictureInPicture);
        assert_eq!(Layout::usual(true), Layout::Spotlight);
    }

    #[test]
    fn names_lead_back() {
        for layout in Layout::ALL {
            assert_eq!(Layout::named(layout.name()), Some(layout));
            assert_ne!(layout.next(), layout);
            assert_eq!(layout.next().next().next(), layout);
        }
        for corner in Corner::ALL {
            assert_eq!(Corner::named(corner.name()), Some(corner));
        }
        assert_eq!((Layout::named("mosaic"), Corner::named("")), (None, None));
    }

    #[test]
    fn every_picture_has_a_place_of_its_own() {
        let wishes = ALL.into_iter().flat_map(|tile| {
            [false, true].map(|with_screen| {
                let wish = Wish { tile, with_screen };
                // A screen is pressed only where there is one.
                (tile != Tile::Screen || with_screen).then_some(wish)
            })
        });
        for wish in wishes.chain([None]) {
            for layout in Layout::ALL {
                for (tiles, has_screen) in [(&FACES[..], false), (&ALL[..], true)] {
                    let places = places(tiles, layout, wish, has_screen);
                    if layout == Layout::SideBySide && !has_screen {
                        assert_eq!(places, [Place::Equal, Place::Equal]);
                        continue;
                    }
                    let count = |place| places.iter().filter(|one| **one == place).count();
                    let expected = (1, 1, usize::from(has_screen));
                    let found = (count(Place::Large), count(Place::FirstSmall), count(Place::SecondSmall));
                    assert_eq!(found, expected, "{layout:?} {wish:?} {places:?}");
                }
            }
        }
    }

    #[test]
    fn a_screen_is_large_when_it_comes_and_goes_without_a_trace() {
        let pressed = Some(Wish {
            tile: Tile::Own,
            with_screen: false,
        });
        let place = |tile, has_screen| Place::of(tile, Layout::Spotlight, pressed, has_screen);
        assert_eq!(place(Tile::Own, false), Place::Large);
        assert_eq!(place(Tile::Screen, true), Place::Large);
        assert_eq!(place(Tile::Partner, true), Place::FirstSmall);
        assert_eq!(place(Tile::Own, false), Place::Large, "as it was before");
        let pressed = Some(Wish {
            tile: Tile::Partner,
            with_screen: true,
        });
        let place = |tile| Place::of(tile, Layout::SideBySide, pressed, true);
        assert_eq!(
            [Tile::Partner, Tile::Screen, Tile::Own].map(place),
            [Place::Large, Place::FirstSmall, Place::SecondSmall]
        );
    }

    #[test]
    fn arrows_lead_from_corner_to_corner_and_no_further() {
        let walk = |from: Corner, keys: &[&str]| {
            keys.iter()
                .fold(from, |corner, key| corner.moved(key).unwrap_or(corner))
        };
        assert_eq!(walk(Corner::BottomRight, &["ArrowLeft"]), Corner::BottomLeft);
        assert_eq!(walk(Corner::BottomRight, &["ArrowLeft", "ArrowUp"]), Corner::TopLeft);
        assert_eq!(walk(Corner::TopLeft, &["ArrowUp", "ArrowLeft"]), Corner::TopLeft);
        assert_eq!(walk(Corner::TopLeft, &["ArrowRight", "ArrowDown"]), Corner::BottomRight);
        assert_eq!(Corner::TopLeft.moved("Enter"), None);
    }

    #[test]
    fn what_is_let_go_falls_into_the_nearest_corner() {
        assert_eq!(Corner::nearest(0.2, 0.3), Corner::TopLeft);
        assert_eq!(Corner::nearest(0.8, 0.3), Corner::TopRight);
        assert_eq!(Corner::nearest(0.49, 0.51), Corner::BottomLeft);
        assert_eq!(Corner::nearest(1.3, 1.2), Corner::BottomRight);
    }
}
