//! What stands in the partner's place.

use super::{PeerLink, Phase};
use crate::calls::model::PartnerState;
use crate::calls::wire::MediaState;

/// What stands in the partner's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// Nothing: this tab is still asking for its seat.
    Joining,
    /// The partner has not come yet.
    Waiting,
    /// The partner has left the page and may come back.
    Left,
    /// Nothing is heard of the partner.
    Lost,
    /// The partner is there, the connection to them is not, or nothing of their picture has come yet.
    Connecting,
    /// The partner is there and shows no picture.
    CameraOff,
    /// The partner's picture.
    Picture,
}

impl Scene {
    /// The scene for a state of things.
    pub const fn of(phase: Phase, partner: PartnerState, media: MediaState, link: PeerLink, has_picture: bool) -> Self {
        if !matches!(phase, Phase::InCall) {
            return Self::Joining;
        }
        match (partner, link) {
            (PartnerState::Absent, _) => Self::Waiting,
            (PartnerState::Gone, _) => Self::Left,
            (PartnerState::Silent, _) => Self::Lost,
            (PartnerState::Here { .. }, PeerLink::New | PeerLink::Connecting | PeerLink::Failed) => Self::Connecting,
            (PartnerState::Here { .. }, PeerLink::Connected | PeerLink::Disconnected) => {
                if !media.camera {
                    Self::CameraOff
                } else if has_picture {
                    Self::Picture
                } else {
                    Self::Connecting
                }
            }
        }
    }

    /// Whether the partner is there and connected.
    pub const fn is_together(self) -> bool {
        matches!(self, Self::CameraOff | Self::Picture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::model::{SeatId, SwitchedOff};

    const HERE: PartnerState = PartnerState::Here {
        seat: SeatId::from_uuid(uuid::Uuid::nil()),
    };
    const ALL: MediaState = MediaState {
        microphone: true,
        camera: true,
        screen: false,
        switched_off: SwitchedOff::NOTHING,
    };

    #[test]
    fn the_picture_shows_only_when_there_is_one() {
        let scene = |partner, media, link| Scene::of(Phase::InCall, partner, media, link, true);
        assert_eq!(scene(HERE, ALL, PeerLink::Connected), Scene::Picture);
        assert_eq!(
            scene(HERE, ALL, PeerLink::Disconnected),
            Scene::Picture,
            "the last picture stays through a blip"
        );
        assert_eq!(
            scene(HERE, MediaState { camera: false, ..ALL }, PeerLink::Connected),
            Scene::CameraOff
        );
        assert_eq!(scene(HERE, ALL, PeerLink::New), Scene::Connecting);
        assert_eq!(scene(HERE, ALL, PeerLink::Failed), Scene::Connecting);
        assert_eq!(
            Scene::of(Phase::InCall, HERE, ALL, PeerLink::Connected, false),
            Scene::Connecting,
            "no black tile before the first frame"
        );
    }

    #[test]
    fn the_server_knows_best_who_is_there() {
        for link in [PeerLink::New, PeerLink::Connected, PeerLink::Failed] {
            let scene = |partner| Scene::of(Phase::InCall, partner, ALL, link, true);
            assert_eq!(scene(PartnerState::Absent), Scene::Waiting);
            assert_eq!(scene(PartnerState::Gone), Scene::Left);
            assert_eq!(scene(PartnerState::Silent), Scene::Lost);
            assert_eq!(Scene::of(Phase::Joining, HERE, ALL, link, true), Scene::Joining);
        }
    }
}
