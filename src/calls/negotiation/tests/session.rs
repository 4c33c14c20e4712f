//! What a connection has agreed and is about to agree: signalling state, media sections, ICE sessions (JSEP, RFC 9429).

use std::collections::BTreeMap;

use super::super::{Description, DescriptionKind, SignalingState};
use super::browser::Track;

#[derive(Clone, Debug)]
struct Transceiver {
    kind: char,
    track: Option<u32>,
    /// The media section. Unset again by a rollback while `fresh`.
    section: Option<usize>,
    fresh: bool,
    /// Made by `addTrack`, so a remote offer's section may take it (RFC 9429 §5.10).
    by_add_track: bool,
    sends: Option<u32>,
    receives: Option<u32>,
}

impl Transceiver {
    fn new(kind: char, track: Option<u32>, section: Option<usize>) -> Self {
        let (fresh, by_add_track) = (section.is_some(), section.is_none());
        Self {
            kind,
            track,
            section,
            fresh,
            by_add_track,
            sends: None,
            receives: None,
        }
    }
}

/// The simulated SDP.
#[derive(Clone, Debug, PartialEq)]
struct Sdp {
    id: String,
    answers: String,
    fragment: String,
    sections: Vec<(char, Option<u32>)>,
}

impl Sdp {
    fn text(&self) -> String {
        let mut text = format!(
            "v=0\r\no={}\r\ns={}\r\na=ice-ufrag:{}\r\n",
            self.id, self.answers, self.fragment
        );
        for (kind, track) in &self.sections {
            text += &format!(
                "m={kind} {}\r\n",
                track.map_or("-".to_owned(), |track| track.to_string())
            );
        }
        text
    }

    fn read(text: &str) -> Self {
        let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).unwrap().to_owned();
        let section = |line: &str| {
            let (kind, track) = line.strip_prefix("m=")?.split_once(' ')?;
            Some((kind.chars().next()?, track.parse().ok()))
        };
        let sections = text.lines().filter_map(section).collect();
        Self {
            id: value("o="),
            answers: value("s="),
            fragment: value("a=ice-ufrag:"),
            sections,
        }
    }
}

/// A fragment as it is agreed and as it is proposed.
#[derive(Debug, Default)]
struct Fragment {
    agreed: Option<String>,
    pending: Option<String>,
}

impl Fragment {
    fn newest(&self) -> Option<&String> {
        self.pending.as_ref().or(self.agreed.as_ref())
    }

    fn agree(&mut self) {
        self.agreed = self.pending.take().or(self.agreed.take());
    }
}

#[derive(Debug)]
pub(super) struct Session {
    name: String,
    names: u32,
    transceivers: Vec<Transceiver>,
    pub(super) signaling: SignalingState,
    offer: Option<Sdp>,
    local: Fragment,
    remote: Fragment,
    /// `[[LocalIceCredentialsToReplace]]`.
    replace: Vec<String>,
}

impl Session {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            names: 0,
            transceivers: Vec::new(),
            signaling: SignalingState::Stable,
            offer: None,
            local: Fragment::default(),
            remote: Fragment::default(),
            replace: Vec::new(),
        }
    }

    pub(super) fn add_track(&mut self, (kind, track): Track) {
        self.transceivers.push(Transceiver::new(kind, Some(track), None));
    }

    pub(super) fn remove_track(&mut self, (_, track): Track) {
        self.transceivers
            .iter_mut()
            .filter(|t| t.track == Some(track))
            .for_each(|t| t.track = None);
    }

    pub(super) fn restart_ice(&mut self) {
        self.replace = self.local.agreed.iter().chain(&self.local.pending).cloned().collect();
    }

    /// "Check if negotiation is needed" (WebRTC 1.0 §4.7.3).
    pub(super) fn needs_negotiation(&self) -> bool {
        let restarts = self
            .local
            .agreed
            .as_ref()
            .is_some_and(|local| self.replace.contains(local));
        restarts
            || self
                .transceivers
                .iter()
                .any(|t| t.section.is_none() || t.track != t.sends)
    }

    /// Implicit `setLocalDescription`. Beside the description, the ICE session that candidates are gathered for if it is a new one.
    pub(super) fn set_local(&mut self) -> (Description, Option<String>) {
        let answers = self.signaling == SignalingState::HaveRemoteOffer;
        let sdp = if answers { self.make_answer() } else { self.make_offer() };
        let gathers = (self.local.newest() != Some(&sdp.fragment)).then(|| sdp.fragment.clone());
        self.local.pending = Some(sdp.fragment.clone());
        let text = sdp.text();
        if answers {
            let offer = self.offer.take().unwrap();
            self.become_stable(&sdp, &offer);
            return (
                Description {
                    kind: DescriptionKind::Answer,
                    sdp: text,
                },
                gathers,
            );
        }
        self.offer = Some(sdp);
        self.signaling = SignalingState::HaveLocalOffer;
        (
            Description {
                kind: DescriptionKind::Offer,
                sdp: text,
            },
            gathers,
        )
    }

    fn make_offer(&mut self) -> Sdp {
        let mut associated: Vec<&Transceiver> = self.transceivers.iter().filter(|t| t.section.is_some()).collect();
        associated.sort_by_key(|transceiver| transceiver.section);
        let mut sections: Vec<(char, Option<u32>)> = associated.iter().map(|t| (t.kind, t.track)).collect();
        for transceiver in self.transceivers.iter_mut().filter(|t| t.section.is_none()) {
            (transceiver.section, transceiver.fresh) = (Some(sections.len()), true);
            sections.push((transceiver.kind, transceiver.track));
        }
        let fragment = match &self.local.agreed {
            Some(local) if !self.replace.contains(local) => local.clone(),
            _ => self.make_name(),
        };
        Sdp {
            id: self.make_name(),
            answers: "-".to_owned(),
            fragment,
            sections,
        }
    }

    fn make_answer(&mut self) -> Sdp {
        let offer = self.offer.clone().unwrap();
        let section = |section| {
            let transceiver = self.transceivers.iter().find(|t| t.section == Some(section)).unwrap();
            (transceiver.kind, transceiver.track)
        };
        let sections = (0..offer.sections.len()).map(section).collect();
        // An offer that restarts ICE is answered by new credentials, another keeps them (RFC 9429 §5.3).
        let fragment = match &self.local.agreed {
            Some(local) if self.remote.pending == self.remote.agreed => local.clone(),
            _ => self.make_name(),
        };
        Sdp {
            id: self.make_name(),
            answers: offer.id,
            fragment,
            sections,
        }
    }

    /// `setRemoteDescription`, or the reason why a browser would reject it.
    pub(super) fn set_remote(&mut self, description: &Description) -> Result<(), String> {
        let sdp = Sdp::read(&description.sdp);
        match description.kind {
            DescriptionKind::Offer => self.set_remote_offer(sdp),
            DescriptionKind::Answer => self.set_remote_answer(&sdp),
        }
    }

    fn set_remote_answer(&mut self, answer: &Sdp) -> Result<(), String> {
        let Some(offer) = self.offer.take_if(|_| self.signaling == SignalingState::HaveLocalOffer) else {
            return Err(format!("InvalidStateError: answer in {:?}", self.signaling));
        };
        if answer.answers != offer.id || answer.sections.len() != offer.sections.len() {
            return Err("InvalidAccessError: this answers another offer".to_owned());
        }
        self.remote.pending = Some(answer.fragment.clone());
        self.become_stable(&offer, answer);
        Ok(())
    }

    fn set_remote_offer(&mut self, offer: Sdp) -> Result<(), String> {
        match self.signaling {
            SignalingState::HaveRemoteOffer => return Err("InvalidStateError: offer upon offer".to_owned()),
            SignalingState::HaveLocalOffer => self.roll_back(),
            SignalingState::Stable => {}
        }
        if offer.sections.len() < self.transceivers.iter().filter(|t| t.section.is_some()).count() {
            return Err("InvalidAccessError: media sections are missing".to_owned());
        }
        for (section, (kind, _)) in offer.sections.iter().enumerate() {
            match self.transceivers.iter().find(|t| t.section == Some(section)) {
                Some(transceiver) if transceiver.kind == *kind => {}
                Some(_) => return Err("InvalidAccessError: media sections changed places".to_owned()),
                None => self.associate(section, *kind),
            }
        }
        self.remote.pending = Some(offer.fragment.clone());
        self.offer = Some(offer);
        self.signaling = SignalingState::HaveRemoteOffer;
        Ok(())
    }

    fn associate(&mut self, section: usize, kind: char) {
        let mut free = self
            .transceivers
            .iter_mut()
            .filter(|t| t.section.is_none() && t.by_add_track);
        match free.find(|transceiver| transceiver.kind == kind) {
            Some(transceiver) => (transceiver.section, transceiver.fresh) = (Some(section), true),
            None => self.transceivers.push(Transceiver::new(kind, None, Some(section))),
        }
    }

    fn roll_back(&mut self) {
        for transceiver in self.transceivers.iter_mut().filter(|transceiver| transceiver.fresh) {
            (transceiver.section, transceiver.fresh) = (None, false);
        }
        self.offer = None;
        self.local.pending = None;
        self.signaling = SignalingState::Stable;
    }

    /// Both descriptions of an exchange are set.
    fn become_stable(&mut self, mine: &Sdp, theirs: &Sdp) {
        for transceiver in &mut self.transceivers {
            // One that was made since has no section yet.
            if let Some(section) = transceiver.section {
                transceiver.fresh = false;
                transceiver.sends = mine.sections[section].1;
                transceiver.receives = theirs.sections[section].1;
            }
        }
        self.local.agree();
        self.remote.agree();
        self.replace
            .retain(|replace| Some(replace) == self.local.agreed.as_ref());
        self.signaling = SignalingState::Stable;
    }

    fn make_name(&mut self) -> String {
        self.names += 1;
        format!("{}.{}", self.name, self.names)
    }

    /// The peer's ICE session that counts now.
    pub(super) fn remote_fragment(&self) -> Option<&String> {
        self.remote.newest()
    }

    /// Whether the fragment is in a remote description.
    pub(super) fn knows(&self, fragment: &String) -> bool {
        self.remote.newest() == Some(fragment) || self.remote.agreed.as_ref() == Some(fragment)
    }

    /// Whether candidates of this own ICE session still count.
    pub(super) fn gathers_for(&self, fragment: &String) -> bool {
        self.local.newest() == Some(fragment)
    }

    /// The ICE session that `other` has too, seen from the receiving end.
    pub(super) fn agrees_with(&self, other: &Self) -> Option<&String> {
        self.remote
            .agreed
            .as_ref()
            .filter(|remote| Some(*remote) == other.local.agreed.as_ref())
    }

    /// What is sent and received, by media section.
    pub(super) fn media(&self) -> BTreeMap<usize, (Option<u32>, Option<u32>)> {
        let of = |t: &Transceiver| t.section.map(|section| (section, (t.sends, t.receives)));
        self.transceivers.iter().filter_map(of).collect()
    }
}
