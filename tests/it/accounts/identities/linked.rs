//! One's own accounts elsewhere: connected and removed in the settings; a first password.

use speakle::accounts::identities::model::{IDENTITIES_MAX, IdentityView};
use speakle::kernel::error::{AppError, Problem, Refusal};
use tokio::task::block_in_place;

use super::super::{PASSWORD, is_signed_in, log_in, problem, problems, token_in};
use super::{FAILED, World, details, own, said, world};
use crate::harness::mail_sink::MailSink;
use crate::harness::oidc::Google;
use crate::harness::{Answer, Browser, Engine, Person};

both_engines!(
    several_are_connected_and_removed,
    ten_are_enough,
    it_asks_for_a_recent_sign_in,
    one_is_one_persons,
    what_began_in_another_session_connects_nothing,
    the_last_way_in_stays,
    at_another_provider_than_the_one_that_is_set_there_is_no_way_in,
    of_two_that_remove_each_others_last_way_one_does,
    who_has_no_password_sets_one,
    a_forgotten_password_is_a_first_one_as_well,
    they_go_with_their_person,
);

const ACCOUNT: &str = "/settings/account";
const LINK: [(&str, &str); 1] = [("purpose", "link")];

async fn connect(world: &World, browser: &Browser, login: &str) -> Answer {
    world.google.come_for(browser, ACCOUNT, &LINK, login).await
}

async fn remove(browser: &Browser, identity: &IdentityView) -> Answer {
    browser
        .call("remove_identity", &[("identity", &identity.id.to_string())])
        .await
}

async fn several_are_connected_and_removed(engine: Engine) {
    let sink = block_in_place(MailSink::start);
    let google = block_in_place(Google::start);
    let app = google.wishes(engine).option("--smtp-url", &sink.url()).start().await;
    let world = World { app, google };
    let ana = world.app.person("ana").password(PASSWORD).create().await;
    assert!(own(&ana).await.is_empty());
    let page = ana.get(ACCOUNT).await.body;
    assert!(
        page.contains("Linked accounts") && page.contains("Connect Google"),
        "{page}"
    );
    for (number, login) in ["ana@work.example", "ana@home.example"].into_iter().enumerate() {
        let answer = connect(&world, &ana, login).await;
        let (place, page) = said(&ana, &answer).await;
        assert_eq!(place, "/settings/account#linked-accounts");
        assert!(
            page.contains("Your Google account is connected.") && page.contains(login),
            "{page}"
        );
        assert!(sink.mail(number + 1).await.read().text.contains(login));
    }
    // A second time changes nothing and is nothing to tell.
    assert_eq!(connect(&world, &ana, "ana@home.example").await.status, 303);
    let identities = own(&ana).await;
    assert_eq!(
        identities.iter().map(|identity| &*identity.email).collect::<Vec<_>>(),
        ["ana@work.example", "ana@home.example"]
    );
    for login in ["ana@work.example", "ana@home.example"] {
        assert_eq!(world.google.come(&world.app.visitor(), login).await.location(), "/");
    }

    let form = [("identity", &*identities[0].id.to_string())];
    let answer = ana.submit(ACCOUNT, "remove_identity", &form).await;
    let (place, page) = said(&ana, &answer).await;
    assert_eq!(place, ACCOUNT);
    assert!(page.contains("This Google account is not linked any more"), "{page}");
    assert_eq!(own(&ana).await, identities[1..]);
    let mail = sink
        .mail_about("A Google account is removed from your account")
        .await
        .read();
    assert!(mail.text.contains("ana@work.example"), "{}", mail.text);
    let removed = details(&world.app, "identity_removed").await;
    assert_eq!(removed.len(), 1);
    assert_eq!(removed[0]["issuer"], world.google.issuer);
    assert!(!removed[0].to_string().contains("work.example"));
    // It is a stranger's now.
    assert_eq!(
        world
            .google
            .come(&world.app.visitor(), "ana@work.example")
            .await
            .location(),
        "/register/google"
    );
    assert_eq!(remove(&ana, &identities[0]).await.error(), AppError::NotFound);
}

async fn ten_are_enough(engine: Engine) {
    let world = world(engine).await;
    let ana = world.app.person("ana").password(PASSWORD).create().await;
    connect(&world, &ana, "first@example.org").await;
    let eight_more = match engine {
        Engine::Sqlite => {
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8)
             INSERT INTO identity (id, user_id, issuer, subject, email, created_at)
             SELECT randomblob(16), user_id, issuer, 'subject ' || i, email, created_at FROM identity, n"
        }
        Engine::Postgres => {
            "INSERT INTO identity (id, user_id, issuer, subject, email, created_at)
             SELECT gen_random_uuid(), user_id, issuer, 'subject ' || i, email, created_at
             FROM identity, generate_series(1, 8) i"
        }
    };
    world.app.execute(eight_more).await;
    connect(&world, &ana, "tenth@example.org").await;
    assert_eq!(own(&ana).await.len(), IDENTITIES_MAX);
    let (place, page) = said(&ana, &connect(&world, &ana, "eleventh@example.org").await).await;
    assert_eq!(place, "/settings/account#linked-accounts");
    assert!(page.contains("Ten Google accounts are connected already"), "{page}");
    assert_eq!(own(&ana).await.len(), IDENTITIES_MAX);
    // One that is there already is no further one.
    let (_, page) = said(&ana, &connect(&world, &ana, "tenth@example.org").await).await;
    assert!(page.contains("Your Google account is connected."), "{page}");
}

async fn it_asks_for_a_recent_sign_in(engine: Engine) {
    let world = world(engine).await;
    let ana = world.app.person("ana").password(PASSWORD).create().await;
    connect(&world, &ana, "ana@work.example").await;
    let identity = &own(&ana).await[0];
    // Begun while it was recent, and away at the provider for too long.
    let address = world.google.address(&ana, ACCOUNT, &LINK).await;
    world.app.execute("UPDATE session SET confirmed_at = 1").await;
    let first = AppError::Refused(Refusal::ConfirmFirst);
    let back = world.google.sign_in(&address, "ana@home.example").await;
    assert!(ana.get(&back).await.location().starts_with("/confirm?next="));
    assert_eq!(ana.call("start_google", &LINK).await.error(), first);
    assert_eq!(remove(&ana, identity).await.error(), first);
    assert_eq!(own(&ana).await.len(), 1);
    for (function, form) in [
        ("start_google", LINK),
        ("remove_identity", [("identity", &*identity.id.to_string())]),
    ] {
        assert_eq!(
            world.app.visitor().call(function, &form).await.error(),
            AppError::SignedOut
        );
    }
}

async fn one_is_one_persons(engine: Engine) {
    let world = world(engine).await;
    let ana = world.app.person("ana").password(PASSWORD).create().await;
    let ben = world.app.person("ben").password(PASSWORD).create().await;
    connect(&world, &ana, "shared@example.org").await;
    let (_, page) = said(&ben, &connect(&world, &ben, "shared@example.org").await).await;
    assert!(
        page.contains("This Google account belongs to another account at Speakle."),
        "{page}"
    );
    assert!(own(&ben).await.is_empty());
    let identity = &own(&ana).await[0];
    assert_eq!(remove(&ben, identity).await.error(), AppError::NotFound);
    assert_eq!(own(&ana).await.len(), 1);
    // Two at once.
    let addresses = [
        world.google.address(&ana, ACCOUNT, &LINK).await,
        world.google.address(&ben, ACCOUNT, &LINK).await,
    ];
    let backs = [
        world.google.sign_in(&addresses[0], "both@example.org").await,
        world.google.sign_in(&addresses[1], "both@example.org").await,
    ];
    futures::join!(ana.get(&backs[0]), ben.get(&backs[1]));
    assert_eq!(own(&ana).await.len() + own(&ben).await.len(), 2);
}

async fn what_began_in_another_session_connects_nothing(engine: Engine) {
    let world = world(engine).await;
    let ana = world.app.person("ana").password(PASSWORD).create().await;
    let ben = world.app.person("ben").password(PASSWORD).create().await;
    // In one browser: ana begins, and ben is signed in when it comes back.
    let address = world.google.address(&ana, ACCOUNT, &LINK).await;
    let back = world.google.sign_in(&address, "ana@example.org").await;
    ana.add_cookie(&format!("session={}", ben.token.secret()));
    let (_, page) = said(&ana, &ana.get(&back).await).await;
    assert!(page.contains(FAILED), "{page}");
    // The session has ended meanwhile.
    let carl = world.app.person("carl").password(PASSWORD).create().await;
    let address = world.google.address(&carl, ACCOUNT, &LINK).await;
    let back = world.google.sign_in(&address, "carl@example.org").await;
    carl.tell::<String>("log_out", &[]).await.unwrap();
    let (place, page) = said(&carl, &carl.get(&back).await).await;
    assert_eq!(place, "/login");
    assert!(page.contains(FAILED), "{page}");
    assert_eq!(world.app.number("SELECT COUNT(*) FROM identity").await, 0);
}

async fn the_last_way_in_stays(engine: Engine) {
    let world = world(engine).await;
    let mira = world.newcomer("mira@example.org").await;
    let only = own(&mira).await.remove(0);
    let answer = mira
        .submit(ACCOUNT, "remove_identity", &[("identity", &only.id.to_string())])
        .await;
    let (_, page) = said(&mira, &answer).await;
    assert!(page.contains("This is the only way into your account."), "{page}");
    assert_eq!(own(&mira).await, std::slice::from_ref(&only));
    assert!(details(&world.app, "identity_removed").await.is_empty());
    // With another one, it may go.
    connect(&world, &mira, "mira@home.example").await;
    assert_eq!(remove(&mira, &only).await.result::<()>(), Ok(()));
    let other = own(&mira).await.remove(0);
    assert_eq!(
        remove(&mira, &other).await.error(),
        AppError::Refused(Refusal::LastWayIn)
    );
}

async fn at_another_provider_than_the_one_that_is_set_there_is_no_way_in(engine: Engine) {
    let world = world(engine).await;
    let mira = world.newcomer("mira@example.org").await;
    connect(&world, &mira, "mira@work.example").await;
    let kept = own(&mira).await;
    let elsewhere = "UPDATE identity SET issuer = 'https://idp.example' WHERE email = 'mira@work.example'";
    world.app.execute(elsewhere).await;
    let first = kept
        .iter()
        .find(|identity| identity.email == "mira@example.org")
        .unwrap();
    assert_eq!(
        remove(&mira, first).await.error(),
        AppError::Refused(Refusal::LastWayIn)
    );
    // Nor does it confirm anything.
    world.app.execute("UPDATE session SET confirmed_at = 1").await;
    assert!(mira.get("/confirm").await.body.contains("Continue with Google"));
    world
        .app
        .execute("UPDATE identity SET issuer = 'https://idp.example'")
        .await;
    assert!(!mira.get("/confirm").await.body.contains("Continue with Google"));
}

async fn of_two_that_remove_each_others_last_way_one_does(engine: Engine) {
    let world = world(engine).await;
    let mira = world.newcomer("mira@example.org").await;
    connect(&world, &mira, "mira@home.example").await;
    let [one, two] = <[IdentityView; 2]>::try_from(own(&mira).await).unwrap();
    let (first, second) = futures::join!(remove(&mira, &one), remove(&mira, &two));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", first.body, second.body);
    assert_eq!(own(&mira).await.len(), 1);
}

async fn who_has_no_password_sets_one(engine: Engine) {
    let world = world(engine).await;
    let app = &world.app;
    let mira = world.newcomer("mira@example.org").await;
    let phone = app.visitor();
    world.google.come(&phone, "mira@example.org").await;
    let page = mira.get(ACCOUNT).await.body;
    assert!(
        page.contains("Set a password") && !page.contains("Current password"),
        "{page}"
    );
    let form = [("current_password", "x"), ("new_password", PASSWORD)];
    assert_ne!(
        mira.call("change_password", &form).await.status,
        200,
        "there is none to know"
    );
    let set =
        async |browser: &Browser, password: &str| browser.call("set_password", &[("new_password", password)]).await;
    for (password, expected) in [
        ("short", Problem::TooShort { min: 10 }),
        ("", Problem::TooShort { min: 10 }),
    ] {
        let found = problems(&set(&mira, password).await);
        assert!(found == [problem("new_password", expected)] || found == [problem("new_password", Problem::Required)]);
    }
    assert_eq!(set(&app.visitor(), PASSWORD).await.error(), AppError::SignedOut);
    app.execute("UPDATE session SET confirmed_at = 1").await;
    assert_eq!(
        set(&mira, PASSWORD).await.error(),
        AppError::Refused(Refusal::ConfirmFirst)
    );
    // They show it with Google, which is what they have.
    let form = [("purpose", "confirm"), ("next", ACCOUNT)];
    let answer = world
        .google
        .come_for(&mira, "/confirm", &form, "mira@example.org")
        .await;
    assert_eq!((answer.status, answer.location()), (303, ACCOUNT));
    let answer = mira
        .submit(ACCOUNT, "set_password", &[("new_password", PASSWORD)])
        .await;
    assert!(!token_in(&answer).is_empty());
    let (_, page) = said(&mira, &answer).await;
    assert!(
        page.contains("Your password is set") && page.contains("Current password"),
        "{page}"
    );
    assert!(is_signed_in(&mira).await && !is_signed_in(&phone).await);
    assert_eq!(
        set(&mira, "velvet-Quarry-9471").await.error(),
        AppError::Refused(Refusal::HasPassword)
    );
    assert_eq!(log_in(&app.visitor(), "mira", PASSWORD).await.status, 200);
    // Google is not the last way in any more.
    let identity = own(&mira).await.remove(0);
    assert_eq!(remove(&mira, &identity).await.result::<()>(), Ok(()));
}

async fn a_forgotten_password_is_a_first_one_as_well(engine: Engine) {
    let sink = block_in_place(MailSink::start);
    let google = block_in_place(Google::start);
    let app = google.wishes(engine).option("--smtp-url", &sink.url()).start().await;
    let world = World { app, google };
    world.newcomer("mira@example.org").await;
    let visitor = world.app.visitor();
    visitor
        .tell::<()>("forgot_password", &[("email", "mira@example.org")])
        .await
        .unwrap();
    // The provider vouches for the address: no other mail was needed.
    let token = sink.mail(1).await.read().token("/reset-password");
    let form = [("token", &*token), ("password", PASSWORD)];
    visitor.tell::<String>("reset_password", &form).await.unwrap();
    assert_eq!(log_in(&world.app.visitor(), "mira", PASSWORD).await.status, 200);
    assert_eq!(
        world
            .google
            .come(&world.app.visitor(), "mira@example.org")
            .await
            .location(),
        "/"
    );
}

async fn they_go_with_their_person(engine: Engine) {
    let world = world(engine).await;
    let ana: Person = world.app.person("ana").password(PASSWORD).create().await;
    connect(&world, &ana, "ana@example.org").await;
    let address = world.google.address(&ana, ACCOUNT, &LINK).await;
    assert!(!address.is_empty());
    let id = ana.id;
    world
        .app
        .write(move |conn| {
            use futures::FutureExt as _;
            async move {
                for sql in [
                    "DELETE FROM profile WHERE user_id = $1",
                    "DELETE FROM users WHERE id = $1",
                ] {
                    speakle::on_engine!(conn, |c| sqlx::query(sql).bind(id).execute(c).await.map(drop))?;
                }
                Ok(())
            }
            .boxed()
        })
        .await;
    assert_eq!(world.everything().await[..3], [0, 0, 0]);
    assert_eq!(world.app.number("SELECT COUNT(*) FROM oidc_attempt").await, 0);
}
