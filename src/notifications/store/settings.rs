//! How people want to hear of things.

use sqlx::FromRow;

use crate::kernel::id::UserId;
use crate::notifications::model::{Channels, Kind, KindSetting, QuietHours};
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

#[derive(FromRow)]
struct SettingRow {
    kind: String,
    in_app: bool,
    desktop: bool,
    sound: bool,
    email: bool,
}

impl SettingRow {
    /// `None` for a kind that this version does not know.
    fn setting(self) -> Option<KindSetting> {
        Some(KindSetting {
            kind: Kind::parse(&self.kind).ok()?,
            channels: Channels {
                in_app: self.in_app,
                desktop: self.desktop,
                sound: self.sound,
                email: self.email,
            },
        })
    }
}

/// What a person has chosen.
pub(in crate::notifications) async fn settings(conn: &mut Conn, user: UserId) -> Result<Vec<KindSetting>, StoreError> {
    let sql = "SELECT kind, in_app, desktop, sound, email FROM notification_setting WHERE user_id = $1";
    let rows: Vec<SettingRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?;
    Ok(rows.into_iter().filter_map(SettingRow::setting).collect())
}

/// What a person has chosen for one kind.
pub(in crate::notifications) async fn setting(
    conn: &mut Conn,
    user: UserId,
    kind: Kind,
) -> Result<Option<KindSetting>, StoreError> {
    let sql = "SELECT kind, in_app, desktop, sound, email FROM notification_setting WHERE user_id = $1 AND kind = $2";
    let row: Option<SettingRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(kind.name())
        .fetch_optional(c)
        .await)?;
    Ok(row.and_then(SettingRow::setting))
}

pub(in crate::notifications) async fn save_setting(
    conn: &mut Conn,
    user: UserId,
    setting: KindSetting,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO notification_setting (user_id, kind, in_app, desktop, sound, email) VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (user_id, kind) DO UPDATE SET in_app = excluded.in_app, desktop = excluded.desktop,
                   sound = excluded.sound, email = excluded.email";
    let KindSetting { kind, channels } = setting;
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(kind.name())
        .bind(channels.in_app)
        .bind(channels.desktop)
        .bind(channels.sound)
        .bind(channels.email)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

#[derive(FromRow)]
struct QuietRow {
    is_on: bool,
    from_minute: i32,
    to_minute: i32,
    time_zone: Option<String>,
}

/// The hours that a person has chosen, and the zone that they are meant in.
pub(in crate::notifications) async fn quiet(
    conn: &mut Conn,
    user: UserId,
) -> Result<Option<(QuietHours, String)>, StoreError> {
    let sql =
        "SELECT q.is_on, q.from_minute, q.to_minute, u.time_zone FROM quiet_hours q JOIN users u ON u.id = q.user_id
               WHERE q.user_id = $1";
    let row: Option<QuietRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    let minute =
        |minute: i32| u16::try_from(minute).map_err(|_| StoreError::Row("quiet_hours.from_minute or to_minute"));
    row.map(|row| {
        let (from_minute, to_minute) = (minute(row.from_minute)?, minute(row.to_minute)?);
        let hours = QuietHours {
            is_on: row.is_on,
            from_minute,
            to_minute,
        };
        Ok((hours, row.time_zone.unwrap_or_else(|| "UTC".to_owned())))
    })
    .transpose()
}

pub(in crate::notifications) async fn save_quiet(
    conn: &mut Conn,
    user: UserId,
    quiet: QuietHours,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO quiet_hours (user_id, is_on, from_minute, to_minute) VALUES ($1, $2, $3, $4)
               ON CONFLICT (user_id) DO UPDATE SET is_on = excluded.is_on, from_minute = excluded.from_minute,
                   to_minute = excluded.to_minute";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(quiet.is_on)
        .bind(i32::from(quiet.from_minute))
        .bind(i32::from(quiet.to_minute))
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
