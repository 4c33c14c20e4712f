//! Which of the own devices to talk about, and why.

use super::{Failure, Source};

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// The microphone alone.
    Microphone,
    /// The camera alone.
    Camera,
    /// Both, for the same reason.
    Both,
}

/// One notice: what is not to be had, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What.
    pub concern: Concern,
    /// Why.
    pub failure: Failure,
}

/// The notices for the two devices: one when both fail for the same reason.
pub fn troubles(microphone: Source, camera: Source) -> Vec<Trouble> {
    match (microphone, camera) {
        (Source::Failed(one), Source::Failed(other)) if one == other => {
            vec![Trouble {
                concern: Concern::Both,
                failure: one,
            }]
        }
        _ => [(Concern::Camera, camera), (Concern::Microphone, microphone)]
            .into_iter()
            .filter_map(|(concern, source)| match source {
                Source::Failed(failure) => Some(Trouble { concern, failure }),
                _ => None,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reason_is_told_once_and_two_reasons_are_told_apart() {
        let failed = Source::Failed;
        assert_eq!(troubles(Source::On, Source::Off), []);
        assert_eq!(
            troubles(failed(Failure::Refused), failed(Failure::Refused)),
            [Trouble {
                concern: Concern::Both,
                failure: Failure::Refused
            }]
        );
        assert_eq!(
            troubles(failed(Failure::Busy), failed(Failure::Missing)),
            [
                Trouble {
                    concern: Concern::Camera,
                    failure: Failure::Missing
                },
                Trouble {
                    concern: Concern::Microphone,
                    failure: Failure::Busy
                },
            ]
        );
        assert_eq!(
            troubles(Source::On, failed(Failure::Missing)),
            [Trouble {
                concern: Concern::Camera,
                failure: Failure::Missing
            }]
        );
    }
}
