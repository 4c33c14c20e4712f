//! How a person wants to hear of things: choices per kind, and quiet hours. What nobody has chosen has its default in `model.rs`.

use std::collections::HashSet;

use futures::FutureExt as _;

use super::model::{Channels, Kind, KindSetting, QuietHours, Settings, parse_minute};
use super::store;
use crate::accounts::model::Viewer;
use crate::accounts::status::Availability;
use crate::accounts::visibility;
use crate::kernel::clock::minute_of_day;
use crate::kernel::error::{AppError, Problem, Problems};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// The settings form, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct SettingsForm {
    /// One `kind.channel` for each ticked box.
    pub on: Vec<String>,
    /// `on` if quiet hours are kept.
    pub quiet: String,
    /// When they begin, as `22:00`.
    pub quiet_from: String,
    /// When they end.
    pub quiet_to: String,
}

impl SettingsForm {
    fn parse(&self) -> Result<Settings, AppError> {
        let mut problems = Problems::new();
        let ticked: HashSet<&str> = self.on.iter().map(String::as_str).collect();
        let mut known = HashSet::new();
        let kinds: Vec<KindSetting> = Kind::ALL
            .into_iter()
            .map(|kind| {
                let mut is_on = |channel: &str| {
                    let name = format!("{}.{channel}", kind.name());
                    let is_on = ticked.contains(name.as_str());
                    known.insert(name);
                    is_on
                };
                let channels = Channels {
                    in_app: is_on("in_app"),
                    desktop: is_on("desktop"),
                    sound: is_on("sound"),
                    email: is_on("email"),
                };
                KindSetting { kind, channels }
            })
            .collect();
        if ticked.iter().any(|name| !known.contains(*name)) {
            problems.add("on", Problem::Unknown);
        }
        let from = problems.check("quiet_from", parse_minute(&self.quiet_from));
        let to = problems.check("quiet_to", parse_minute(&self.quiet_to));
        let (Some(from_minute), Some(to_minute), true) = (from, to, problems.is_empty()) else {
            return Err(problems.into_error());
        };
        let quiet = QuietHours {
            is_on: self.quiet == "on",
            from_minute,
            to_minute,
        };
        Ok(Settings {
            kinds,
            quiet,
            is_busy: false,
        })
    }
}

/// How a person wants to hear of things.
///
/// # Errors
/// When the database does not answer.
pub async fn settings(state: &AppState, user: UserId) -> Result<Settings, AppError> {
    let mut conn = state.db.read().await?;
    let chosen = store::settings(&mut conn, user).await?;
    let mut settings = Settings::default();
    for setting in &mut settings.kinds {
        if let Some(chosen) = chosen.iter().find(|chosen| chosen.kind == setting.kind) {
            *setting = *chosen;
        }
    }
    if let Some((quiet, _)) = store::quiet(&mut conn, user).await? {
        settings.quiet = quiet;
    }
    settings.is_busy = is_busy(&mut conn, user).await?;
    Ok(settings)
}

/// How a person wants to hear of things of one kind.
///
/// # Errors
/// When the database does not answer.
pub async fn channels(conn: &mut Conn, user: UserId, kind: Kind) -> Result<Channels, AppError> {
    let chosen = store::setting(conn, user, kind).await?;
    Ok(chosen.map_or(kind.default_channels(), |chosen| chosen.channels))
}

/// Saves them.
///
/// # Errors
/// [`Problem::Unknown`] for a box that is none of ours, and for what is no time of day.
pub async fn save_settings(state: &AppState, viewer: &Viewer, form: SettingsForm) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (settings, user) = (form.parse()?, viewer.id);
    state
        .db
        .transaction(move |conn| {
            async move {
                for setting in settings.kinds {
                    store::save_setting(conn, user, setting).await?;
                }
                Ok(store::save_quiet(conn, user, settings.quiet).await?)
            }
            .boxed()
        })
        .await
}

/// Whether a person does not want to be disturbed now: they are busy, or it is quiet by the clock on their wall.
///
/// # Errors
/// When the database does not answer.
pub async fn is_quiet(conn: &mut Conn, user: UserId, now: Micros) -> Result<bool, AppError> {
    if is_busy(conn, user).await? {
        return Ok(true);
    }
    let chosen = store::quiet(conn, user).await?;
    Ok(chosen.is_some_and(|(quiet, zone)| quiet.hold_at(minute_of_day(now, &zone))))
}

async fn is_busy(conn: &mut Conn, user: UserId) -> Result<bool, AppError> {
    Ok(visibility::of(conn, user).await?.availability == Availability::Busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(on: &[&str], from: &str, to: &str) -> SettingsForm {
        SettingsForm {
            on: on.iter().map(|name| (*name).to_owned()).collect(),
            quiet: "on".to_owned(),
            quiet_from: from.to_owned(),
            quiet_to: to.to_owned(),
        }
    }

    #[test]
    fn a_ticked_box_is_on_and_every_other_is_off() {
        let settings = form(&["call_missed.sound", "new_sign_in.email"], "22:30", "06:00")
            .parse()
            .unwrap();
        let on = settings.kinds.iter().flat_map(|setting| {
            let Channels {
                in_app,
                desktop,
                sound,
                email,
            } = setting.channels;
            [in_app, desktop, sound, email].map(|is_on| (setting.kind, is_on))
        });
        let on: Vec<(usize, Kind)> = on
            .enumerate()
            .filter(|(_, (_, on))| *on)
            .map(|(at, (kind, _))| (at % 4, kind))
            .collect();
        assert_eq!(on, [(2, Kind::CallMissed), (3, Kind::NewSignIn)]);
        assert_eq!(
            settings.quiet,
            QuietHours {
                is_on: true,
                from_minute: 1_350,
                to_minute: 360
            }
        );
    }

    #[test]
    fn what_cannot_be_used_is_told_at_its_field() {
        let AppError::Invalid(problems) = form(&["rain.sound"], "", "25:00").parse().unwrap_err() else {
            panic!("not a form error")
        };
        let problems: Vec<_> = problems.into_iter().map(|at| (at.field, at.problem)).collect();
        let problem = |field: &str, problem| (field.to_owned(), problem);
        assert_eq!(
            problems,
            [
                problem("on", Problem::Unknown),
                problem("quiet_from", Problem::Required),
                problem("quiet_to", Problem::Unknown)
            ]
        );
    }
}
