//! The job that makes an archive. It may be done twice: what was made before is made again under the same name, until
//! the row says that it is there.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::archive::Archive;
use super::portable::{About, Areas, ReadyListener, Whose};
use super::service::stored_name;
use super::{DataExportId, forgetting};
use crate::accounts::names::language_of;
use crate::accounts::store::own_data::{self as store, Asked};
use crate::accounts::token_store;
use crate::accounts::wire::AccountNews;
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::kernel::time::Micros;
use crate::server::jobs::{Handler, Job, JobError, NewJob};
use crate::server::mail::{self, Action, Letter};
use crate::server::state::AppState;

const KIND: &str = "accounts.make_data";
/// How often it is tried before the person is told that it failed.
const TRIES: i32 = 3;
/// How long one try may take, for who has most and a store that is slow …
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// … and the job as a whole: longer, so that its end is ours to tell.
const CUT_OFF: Duration = Duration::from_secs(16 * 60);
/// The page where it is fetched.
const PAGE: &str = "/settings/account";

/// The job for one archive.
pub(super) fn job(id: DataExportId, now: Micros) -> NewJob {
    NewJob::new(KIND, now).key(format!("{KIND}:{id}")).payload(&id)
}

/// Makes archives, one at a time.
pub struct MakeData {
    state: AppState,
    areas: Areas,
    listener: Arc<dyn ReadyListener>,
}

impl MakeData {
    /// Of what `areas` have; `listener` tells that one is ready.
    pub const fn new(state: AppState, areas: Areas, listener: Arc<dyn ReadyListener>) -> Self {
        Self { state, areas, listener }
    }

    async fn make(&self, asked: &Asked) -> Result<u64, AppError> {
        let now = self.state.clock.now();
        let whose = Whose {
            user: asked.user,
            locale: language_of(asked.locale.as_deref(), &asked.language),
            now,
        };
        let folder = self.state.config.data_dir.join("making");
        let mut archive = Archive::begin(&folder, &self.state.clock.local(now, "UTC"))?;
        let about: Vec<About> = self.areas.iter().flat_map(|area| area.about(whose.locale)).collect();
        archive
            .bytes("README.txt", &readme(whose.locale, &about).into_bytes().into())
            .await?;
        let mut conn = self.state.db.read().await?;
        for area in &*self.areas {
            area.collect(&mut conn, &whose, &mut archive).await?;
        }
        drop(conn);
        let file = archive.finish().await?;
        Ok(self.state.media.put_file(&stored_name(asked.id), file).await?)
    }

    /// From now on it can be fetched, and those before it cannot. If nobody wants it any more, it goes.
    async fn finish(&self, asked: &Asked, size: u64) -> Result<(), AppError> {
        let (id, user, now) = (asked.id, asked.user, self.state.clock.now());
        let (state, listener, asked) = (self.state.clone(), self.listener.clone(), asked.clone());
        let publish = self
            .state
            .db
            .transaction(move |conn| {
                async move {
                    if !store::set_ready(conn, id, i64::try_from(size).unwrap_or(i64::MAX), now).await? {
                        forgetting::ask(conn, id, now).await?;
                        return Ok(None);
                    }
                    for other in store::let_go_others(conn, user, id).await? {
                        forgetting::ask(conn, other, now).await?;
                    }
                    let wants_mail = listener.wants_mail(conn, user).await?;
                    let to = token_store::mailbox(conn, user).await?;
                    if let Some(to) = to.filter(|_| wants_mail) {
                        let locale = language_of(to.locale.as_deref(), &asked.language);
                        let letter = letter(locale, to.display_name, state.config.public_url());
                        mail::enqueue(conn, &state.mail.write(&to.email, &letter, now), now).await?;
                    }
                    Ok::<_, AppError>(Some(listener.data_ready(conn, user, id, now).await?))
                }
                .boxed()
            })
            .await?;
        if let Some(publish) = publish {
            publish();
            self.state.hub.to_user(user, &AccountNews::DataChanged);
        }
        Ok(())
    }

    async fn fail(&self, asked: &Asked) -> Result<(), AppError> {
        let (id, now) = (asked.id, self.state.clock.now());
        self.state
            .db
            .transaction(move |conn| async move { store::set_failed(conn, id, now).await }.boxed())
            .await?;
        self.state.hub.to_user(asked.user, &AccountNews::DataChanged);
        Ok(())
    }

    /// Nobody waits for it any more. A process that was killed may have stored its file.
    async fn leave(&self, id: DataExportId) -> Result<(), JobError> {
        let now = self.state.clock.now();
        let left = self.state.db.transaction(move |conn| {
            async move {
                if !store::is_somebodys(conn, id).await? {
                    forgetting::ask(conn, id, now).await?;
                }
                Ok::<_, AppError>(())
            }
            .boxed()
        });
        Ok(left.await?)
    }

    async fn run(&self, id: DataExportId, attempt: i32) -> Result<(), JobError> {
        let Some(asked) = store::asked(&mut self.state.db.read().await?, id).await? else {
            return self.leave(id).await;
        };
        // Its process ended each time before it did.
        if attempt > TRIES {
            return Ok(self.fail(&asked).await?);
        }
        let made = tokio::time::timeout(PATIENCE, self.make(&asked)).await;
        let error = match made {
            Ok(Ok(size)) => return Ok(self.finish(&asked, size).await?),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("it took longer than {} s", PATIENCE.as_secs()),
        };
        if attempt >= TRIES {
            tracing::error!(export = %id, error, "an archive is given up");
            return Ok(self.fail(&asked).await?);
        }
        Err(JobError::new(error))
    }
}

impl Handler for MakeData {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn at_once(&self) -> usize {
        1
    }

    fn cut_off(&self) -> Duration {
        CUT_OFF
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move { Self::run(self, job.payload()?, job.attempt).await }.boxed()
    }
}

/// What the files are.
fn readme(locale: Locale, about: &[About]) -> String {
    let mut text = format!(
        "{}\n\n{}\n\n",
        td_string!(locale, accounts.data.readme.title),
        td_string!(locale, accounts.data.readme.lead)
    );
    for About { file, words } in about {
        text.push_str(&format!("{file}\n    {words}\n\n"));
    }
    text.push_str(td_string!(locale, accounts.data.readme.notes));
    text.push('\n');
    text
}

fn letter(locale: Locale, name: String, home: String) -> Letter {
    Letter {
        locale,
        subject: td_string!(locale, mails.data.subject).to_owned(),
        name,
        paragraphs: vec![td_string!(locale, mails.data.text).to_owned()],
        action: Action {
            words: td_string!(locale, mails.data.action).to_owned(),
            link: format!("{home}{PAGE}"),
        },
        remarks: vec![td_string!(locale, mails.data.remark).to_owned()],
    }
}
