//! People: made straight in the database, so that a test of calls does not pay for registrations.

use std::ops::Deref;
use std::time::Duration;

use futures::FutureExt as _;
use speakle::accounts::model::{PersonCard, SessionId, Viewer};
use speakle::accounts::service::{self as accounts, FirstPreferences};
use speakle::appointments::model::{Agenda, AppointmentView};
use speakle::invitations::model::{Outgoing, Started};
use speakle::kernel::clock::year;
use speakle::kernel::id::UserId;
use speakle::matching::index;
use speakle::matching::service::{self as matching, Partnership};
use speakle::profiles::interests::Interest;
use speakle::profiles::languages::LanguageCode;
use speakle::profiles::model::{Level, PersonLanguage, Profile, Role};
use speakle::profiles::service as profiles;
use speakle::server::tokens::Token;

use super::browser::Browser;
use super::socket::Socket;
use super::{PATIENCE, TestApp};

/// A person to be.
pub struct PersonBuilder<'a> {
    app: &'a TestApp,
    username: String,
    display_name: Option<String>,
    password: Option<String>,
    profile: Profile,
}

impl<'a> PersonBuilder<'a> {
    pub fn new(app: &'a TestApp, username: &str) -> Self {
        Self {
            app,
            username: username.to_owned(),
            display_name: None,
            password: None,
            profile: Profile::default(),
        }
    }

    pub fn called(mut self, display_name: &str) -> Self {
        self.display_name = Some(display_name.to_owned());
        self
    }

    /// Costs a hash; without it nobody can log in as this person, who has a session all the same.
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    pub fn about(mut self, bio: &str) -> Self {
        self.profile.bio = bio.to_owned();
        self
    }

    pub fn speaks(self, code: &str) -> Self {
        self.language(code, Role::Native, None)
    }

    pub fn fluent(self, code: &str) -> Self {
        self.language(code, Role::Fluent, None)
    }

    pub fn learns(self, code: &str, level: &str) -> Self {
        self.language(code, Role::Learning, Some(Level::parse(level).unwrap()))
    }

    pub fn likes(mut self, interest: &str) -> Self {
        self.profile.interests.push(Interest::parse(interest).unwrap());
        self
    }

    /// All of it at once.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    fn language(mut self, code: &str, role: Role, level: Option<Level>) -> Self {
        self.profile.languages.push(PersonLanguage {
            language: LanguageCode::parse(code).unwrap(),
            role,
            level,
        });
        self
    }

    /// With Spanish and English when nothing else was said.
    pub async fn create(self) -> Person {
        if self.profile.languages.is_empty() {
            return Box::pin(self.speaks("es").learns("en", "B1").create()).await;
        }
        let Self {
            app,
            username,
            display_name,
            password,
            profile,
        } = self;
        let state = &app.state;
        let hash = match &password {
            Some(password) => state.passwords.hash(password.clone()).await.unwrap(),
            None => "nobody signs in with a password".to_owned(),
        };
        let (now, email) = (state.clock.now(), format!("{username}@secret-mail.example"));
        let (name, shown, address) = (
            username.clone(),
            display_name.unwrap_or_else(|| username.clone()),
            email.clone(),
        );
        let card = state
            .db
            .transaction(move |conn| {
                async move {
                    let first = FirstPreferences {
                        time_zone: Some("Europe/Madrid".to_owned()),
                        ..FirstPreferences::default()
                    };
                    let id = accounts::insert_person(conn, &name, &address, &shown, &hash, &first, now).await?;
                    profiles::insert(conn, id, &profile, now).await?;
                    index::write(conn, id, now, year(now)).await?;
                    accounts::person(conn, id).await
                }
                .boxed()
            })
            .await
            .unwrap();
        let token = open_session(app, card.id).await;
        let browser = Browser::new(app.origin(), Some(token.secret()));
        Person {
            id: card.id,
            username,
            email,
            card,
            token,
            browser,
        }
    }
}

/// What logging in leaves in the database.
async fn open_session(app: &TestApp, user: UserId) -> Token {
    let (token, now) = (Token::random(), app.state.clock.now());
    let (hash, id) = (token.hash(), SessionId::new_at(now));
    let sql = "INSERT INTO session (id, user_id, token_hash, created_at, last_used_at, confirmed_at, expires_at, user_agent, address)
               VALUES ($1, $2, $3, $4, $4, $4, $5, 'test', '127.0.0.1')";
    app.write(move |conn| {
        async move {
            speakle::on_engine!(conn, |c| sqlx::query(sql)
                .bind(id)
                .bind(user)
                .bind(hash)
                .bind(now)
                .bind(now.plus(accounts::SESSION_IDLE))
                .execute(c)
                .await
                .map(drop))?;
            Ok(())
        }
        .boxed()
    })
    .await;
    token
}

/// A signed-in person with a browser.
#[derive(Clone)]
pub struct Person {
    pub id: UserId,
    pub username: String,
    pub email: String,
    pub card: PersonCard,
    pub token: Token,
    pub browser: Browser,
}

impl Deref for Person {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Person {
    /// The same person on another device: a session of its own.
    pub async fn another_device(&self, app: &TestApp) -> Self {
        let token = open_session(app, self.id).await;
        Self {
            browser: Browser::new(app.origin(), Some(token.secret())),
            token,
            ..self.clone()
        }
    }

    /// The same browser after the server moved.
    pub fn at(&self, app: &TestApp) -> Self {
        Self {
            browser: self.browser.at(app.origin()),
            ..self.clone()
        }
    }

    /// Agrees with a partner on talking tomorrow, half an hour long.
    pub async fn meets(&self, app: &TestApp, partner: &Self) -> AppointmentView {
        let tomorrow = app
            .state
            .clock
            .now()
            .plus(Duration::from_secs(24 * 3_600))
            .0
            .to_string();
        let form = [
            ("to", partner.username.as_str()),
            ("start", &tomorrow),
            ("minutes", "30"),
            ("about", "the subjunctive"),
        ];
        self.tell::<()>("propose_appointment", &form).await.unwrap();
        let agenda: Agenda = partner.ask("appointments", &[]).await.unwrap();
        let (id, edition) = (
            agenda.to_answer[0].id.to_string(),
            agenda.to_answer[0].edition.to_string(),
        );
        partner
            .tell::<()>("accept_appointment", &[("id", &id), ("edition", &edition)])
            .await
            .unwrap();
        let agenda: Agenda = self.ask("appointments", &[]).await.unwrap();
        agenda.agreed.into_iter().next().unwrap()
    }

    /// Calls a partner, whatever comes of it.
    pub async fn start_call(&self, to: &Self) -> Started {
        let form = [("to", to.username.as_str()), ("message", "Tea?")];
        self.tell("start_call", &form).await.unwrap()
    }

    /// Calls a partner, where it rings.
    pub async fn ring(&self, to: &Self) -> Outgoing {
        match self.start_call(to).await {
            Started::Ringing(outgoing) => {
                assert_eq!(outgoing.to, to.card);
                outgoing
            }
            other => panic!("{other:?}"),
        }
    }

    /// As services know a signed-in person.
    pub fn viewer(&self) -> Viewer {
        Viewer {
            visibility: Default::default(),
            message: None,
            id: self.id,
            username: self.username.clone(),
            display_name: self.card.display_name.clone(),
            hue: self.card.hue,
            picture: self.card.picture,
            locale: None,
            theme: speakle::accounts::model::Theme::System,
            time_zone: "Europe/Madrid".to_owned(),
            must_confirm_email: false,
        }
    }
}

impl TestApp {
    /// Makes two people partners.
    pub async fn partners(&self, one: &Person, other: &Person) -> Partnership {
        let (one, other, now) = (one.id, other.id, self.state.clock.now());
        let pair = self
            .state
            .db
            .transaction(move |conn| async move { matching::begin_partnership(conn, one, other, now).await }.boxed())
            .await;
        pair.unwrap().unwrap()
    }

    /// Gives somebody a password who had none, or another.
    pub async fn set_password(&self, person: &Person, password: &str) {
        let (id, hash) = (person.id, self.state.passwords.hash(password.to_owned()).await.unwrap());
        self.write(move |conn| {
            async move {
                let sql = "UPDATE users SET password_hash = $2 WHERE id = $1";
                speakle::on_engine!(conn, |c| sqlx::query(sql)
                    .bind(id)
                    .bind(hash)
                    .execute(c)
                    .await
                    .map(drop))?;
                Ok(())
            }
            .boxed()
        })
        .await;
    }

    /// Two partners who suit each other: `ana` and `ben`.
    pub async fn ana_and_ben(&self) -> (Person, Person, Partnership) {
        let ana = self
            .person("ana")
            .called("Ana Castillo")
            .speaks("es")
            .learns("en", "B1")
            .create()
            .await;
        let ben = self
            .person("ben")
            .called("Ben Carter")
            .speaks("en")
            .learns("es", "A2")
            .create()
            .await;
        let pair = self.partners(&ana, &ben).await;
        (ana, ben, pair)
    }

    /// A tab of `person` with its socket.
    pub async fn ws(&self, person: &Person) -> Socket {
        let opened = tokio::time::timeout(
            PATIENCE,
            Socket::open(self, Some(&person.cookies()), Some(&self.origin())),
        )
        .await;
        opened
            .expect("the socket does not open")
            .unwrap_or_else(|status| panic!("the socket of {} is refused: {status}", person.username))
    }
}
