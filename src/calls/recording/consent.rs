//! Who may record, at this moment.
//!
//! Each side may ask the other; the two directions know nothing of each other. The side that records says so every second, and the other one answers that
//! it still agrees. Without such an answer for [`LAPSE`] the recording ends: what nobody can take back is not agreed to. Times are of the page's clock.

use std::time::Duration;

use super::RecordingMessage;
use crate::calls::allowance::Allowance;

/// How long an agreement holds that was not said again.
pub const LAPSE: Duration = Duration::from_secs(10);
/// How long a question waits for its answer.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The partner may ask so often at once, and once more after each of these spans; what goes beyond it is refused without a word to the person.
const QUESTIONS: u16 = 3;
const QUESTION: Duration = Duration::from_secs(15);
/// A recording ends by itself when it is so long.
pub const LONGEST: Duration = Duration::from_secs(4 * 60 * 60);
/// Or so large, in bytes.
pub const LARGEST: f64 = 2.0 * 1024.0 * 1024.0 * 1024.0;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// This person would like to record.
    Request,
    /// This person answers the partner's question.
    Answer(bool),
    /// This person wants no recording any more, whoever makes it.
    Stop,
    /// The partner's page said something.
    Heard(RecordingMessage),
    /// Whether the partner's page can be spoken to.
    Channel(bool),
    /// About once a second.
    Tick,
    /// The browser does not record, or stopped by itself.
    Failed,
    /// The file has reached its size.
    Full,
    /// The call is over for this page.
    Over,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Say this to the partner's page.
    Say(RecordingMessage),
    /// Begin to record.
    Start,
    /// End the recording and hand over the file.
    Finish,
}

/// Why there is no recording, or none any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The partner said no.
    Refused,
    /// The partner did not answer, or could not be reached.
    Unanswered,
    /// This person stopped it.
    ByMe,
    /// The partner stopped it.
    ByPartner,
    /// The partner could not be reached for a while: nobody could have stopped it.
    Lost,
    /// It has reached [`LONGEST`] or [`LARGEST`].
    Full,
    /// The browser could not record.
    Failed,
}

/// What this side wants to record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mine {
    #[default]
    Idle,
    Asking {
        id: u32,
        since: Duration,
    },
    Recording {
        id: u32,
        since: Duration,
        /// When the partner agreed last.
        agreed: Duration,
    },
}

/// What the partner wants to record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Theirs {
    #[default]
    Idle,
    Asked {
        id: u32,
    },
    Allowed {
        id: u32,
        since: Duration,
        /// When they said last that they record.
        heard: Duration,
    },
    /// It was taken back, and they have not said yet that they know.
    Revoked {
        id: u32,
        since: Duration,
    },
}

/// What the page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The partner has been asked.
    pub is_asking: bool,
    /// The partner asks.
    pub is_asked: bool,
    /// The call is being recorded here.
    pub is_mine: bool,
    /// The call is being recorded there.
    pub is_theirs: bool,
    /// For how long, in seconds.
    pub seconds: u32,
}

impl Shown {
    /// Whether the call is being recorded.
    pub const fn is_recording(self) -> bool {
        self.is_mine || self.is_theirs
    }
}

/// The agreements of one page.
#[derive(Clone, Debug)]
pub struct Consent {
    last_id: u32,
    is_open: bool,
    mine: Mine,
    theirs: Theirs,
    outcome: Option<Outcome>,
    questions: Allowance,
}

impl Default for Consent {
    fn default() -> Self {
        Self {
            last_id: 0,
            is_open: false,
            mine: Mine::default(),
            theirs: Theirs::default(),
            outcome: None,
            questions: Allowance::new(QUESTIONS, QUESTION),
        }
    }
}

impl Consent {
    /// Whether this side records at this moment.
    pub const fn is_recording(&self) -> bool {
        matches!(self.mine, Mine::Recording { .. })
    }

    /// Why the last question or recording ended; `None` since another began.
    pub const fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// What to show at this moment.
    pub fn shown(&self, now: Duration) -> Shown {
        let mine = match self.mine {
            Mine::Recording { since, .. } => Some(since),
            Mine::Idle | Mine::Asking { .. } => None,
        };
        let theirs = match self.theirs {
            Theirs::Allowed { since, .. } | Theirs::Revoked { since, .. } => Some(since),
            Theirs::Idle | Theirs::Asked { .. } => None,
        };
        let since = [mine, theirs].into_iter().flatten().min();
        Shown {
            is_asking: matches!(self.mine, Mine::Asking { .. }),
            is_asked: matches!(self.theirs, Theirs::Asked { .. }),
            is_mine: mine.is_some(),
            is_theirs: theirs.is_some(),
            seconds: since.map_or(0, |since| {
                u32::try_from(now.saturating_sub(since).as_secs()).unwrap_or(u32::MAX)
            }),
        }
    }

    /// Takes one thing that happens; answers what is to be done, in this order.
    pub fn handle(&mut self, now: Duration, input: Input) -> Vec<Action> {
        match input {
            Input::Request => self.request(now),
            Input::Answer(is_allowed) => self.answer(now, is_allowed),
            Input::Stop => self.stop(now),
            Input::Heard(message) => self.hear(now, message),
            Input::Channel(is_open) => self.channel(is_open),
            Input::Tick => self.tick(now),
            Input::Failed => self.finish(Outcome::Failed),
            Input::Full => self.finish(Outcome::Full),
            Input::Over => {
                let actions = self.finish(Outcome::ByMe);
                *self = Self {
                    last_id: self.last_id,
                    questions: self.questions,
                    ..Self::default()
                };
                actions
            }
        }
    }

    fn request(&mut self, now: Duration) -> Vec<Action> {
        if self.mine != Mine::Idle || !self.is_open {
            return Vec::new();
        }
        self.last_id += 1;
        self.outcome = None;
        let id = self.last_id;
        self.mine = Mine::Asking { id, since: now };
        vec![Action::Say(RecordingMessage::Ask { id })]
    }

    fn answer(&mut self, now: Duration, is_allowed: bool) -> Vec<Action> {
        let Theirs::Asked { id } = self.theirs else {
            return Vec::new();
        };
        self.theirs = if is_allowed {
            self.outcome = None;
            Theirs::Allowed {
                id,
                since: now,
                heard: now,
            }
        } else {
            Theirs::Idle
        };
        vec![Action::Say(RecordingMessage::Answer { id, is_allowed })]
    }

    fn stop(&mut self, now: Duration) -> Vec<Action> {
        let mut actions = self.finish(Outcome::ByMe);
        if let Mine::Asking { id, .. } = self.mine {
            self.mine = Mine::Idle;
            actions.push(Action::Say(RecordingMessage::Withdraw { id }));
        }
        if let Theirs::Allowed { id, .. } = self.theirs {
            self.theirs = Theirs::Revoked { id, since: now };
            self.outcome = Some(Outcome::ByMe);
            actions.push(Action::Say(RecordingMessage::Revoke { id }));
        }
        actions
    }

    fn hear(&mut self, now: Duration, message: RecordingMessage) -> Vec<Action> {
        match message {
            RecordingMessage::Ask { id } => {
                if !self.questions.take(now) {
                    return vec![Action::Say(RecordingMessage::Answer { id, is_allowed: false })];
                }
                self.theirs = Theirs::Asked { id };
                Vec::new()
            }
            RecordingMessage::Withdraw { id } => {
                if self.theirs == (Theirs::Asked { id }) {
                    self.theirs = Theirs::Idle;
                }
                Vec::new()
            }
            RecordingMessage::Answer { id, is_allowed: true } => self.agreed(now, id),
            RecordingMessage::Answer { id, is_allowed: false } | RecordingMessage::Revoke { id } => self.refused(id),
            RecordingMessage::Going { id } => match &mut self.theirs {
                Theirs::Allowed { id: known, heard, .. } if *known == id => {
                    *heard = now;
                    vec![Action::Say(RecordingMessage::Answer { id, is_allowed: true })]
                }
                // Taken back, or agreed to by a page that is no more.
                _ => vec![Action::Say(RecordingMessage::Revoke { id })],
            },
            RecordingMessage::Stopped { id } => {
                match self.theirs {
                    Theirs::Allowed { id: known, .. } if known == id => {
                        self.outcome = Some(Outcome::ByPartner);
                        self.theirs = Theirs::Idle;
                    }
                    Theirs::Revoked { id: known, .. } if known == id => self.theirs = Theirs::Idle,
                    _ => {}
                }
                Vec::new()
            }
        }
    }

    /// The partner agrees, for the first time or still.
    fn agreed(&mut self, now: Duration, answered: u32) -> Vec<Action> {
        match &mut self.mine {
            Mine::Asking { id, .. } if *id == answered => {
                self.mine = Mine::Recording {
                    id: answered,
                    since: now,
                    agreed: now,
                };
                vec![Action::Start, Action::Say(RecordingMessage::Going { id: answered })]
            }
            Mine::Recording { id, agreed, .. } if *id == answered => {
                *agreed = now;
                Vec::new()
            }
            // An answer that comes too late: they are not to believe that they are recorded.
            _ => vec![Action::Say(RecordingMessage::Stopped { id: answered })],
        }
    }

    fn refused(&mut self, answered: u32) -> Vec<Action> {
        match self.mine {
            Mine::Asking { id, .. } if id == answered => {
                self.mine = Mine::Idle;
                self.outcome = Some(Outcome::Refused);
                Vec::new()
            }
            Mine::Recording { id, .. } if id == answered => self.finish(Outcome::ByPartner),
            _ => vec![Action::Say(RecordingMessage::Stopped { id: answered })],
        }
    }

    fn channel(&mut self, is_open: bool) -> Vec<Action> {
        self.is_open = is_open;
        if is_open {
            return self.going();
        }
        if let Mine::Asking { .. } = self.mine {
            self.mine = Mine::Idle;
            self.outcome = Some(Outcome::Unanswered);
        }
        if let Theirs::Asked { .. } = self.theirs {
            self.theirs = Theirs::Idle;
        }
        Vec::new()
    }

    fn tick(&mut self, now: Duration) -> Vec<Action> {
        let mut actions = match self.mine {
            Mine::Idle => Vec::new(),
            Mine::Asking { id, since } if now.saturating_sub(since) >= PATIENCE => {
                self.mine = Mine::Idle;
                self.outcome = Some(Outcome::Unanswered);
                vec![Action::Say(RecordingMessage::Withdraw { id })]
            }
            Mine::Asking { .. } => Vec::new(),
            Mine::Recording { agreed, .. } if now.saturating_sub(agreed) > LAPSE => self.finish(Outcome::Lost),
            Mine::Recording { since, .. } if now.saturating_sub(since) >= LONGEST => self.finish(Outcome::Full),
            Mine::Recording { .. } => self.going(),
        };
        match self.theirs {
            Theirs::Allowed { heard, .. } if now.saturating_sub(heard) > LAPSE => {
                self.theirs = Theirs::Idle;
                self.outcome = Some(Outcome::Lost);
            }
            // They have ended it by themselves by now.
            Theirs::Revoked { since, .. } if now.saturating_sub(since) > LAPSE => self.theirs = Theirs::Idle,
            Theirs::Revoked { id, .. } => actions.push(Action::Say(RecordingMessage::Revoke { id })),
            Theirs::Idle | Theirs::Asked { .. } | Theirs::Allowed { .. } => {}
        }
        actions
    }

    fn going(&self) -> Vec<Action> {
        match self.mine {
            Mine::Recording { id, .. } if self.is_open => vec![Action::Say(RecordingMessage::Going { id })],
            _ => Vec::new(),
        }
    }

    /// Ends the own recording, if there is one.
    fn finish(&mut self, outcome: Outcome) -> Vec<Action> {
        let Mine::Recording { id, .. } = self.mine else {
            return Vec::new();
        };
        self.mine = Mine::Idle;
        self.outcome = Some(outcome);
        vec![Action::Finish, Action::Say(RecordingMessage::Stopped { id })]
    }
}
