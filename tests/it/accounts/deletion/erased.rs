//! Two weeks later: nothing is left but what is meant to stay.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use speakle::accounts::deletion::GRACE;
use speakle::accounts::deletion::erasing::Erase as _;
use speakle::calls::records::log::CallLog;
use speakle::kernel::error::{AppError, Problem};
use speakle::matching::leaving::OfMatching;
use speakle::matching::model::PartnerView;
use speakle::messages::model::{ConversationId, MessagePage};
use speakle::profiles::model::Profile;
use speakle::server::db::StoreError;
use speakle::server::tokens::Token;
use tokio::sync::Notify;

use super::{LEAVERS_PAGE, ask};
use crate::accounts::leaving::{MARKS, Scene, WRITTEN, id_text, key, rows, run};
use crate::accounts::{PASSWORD, is_signed_in, log_in, problem, problems, register, token_in};
use crate::harness::mail_sink::Mail;
use crate::harness::{Browser, Engine, Person, TestApp};

both_engines!(
    nothing_is_left_but_what_is_meant_to_stay,
    what_others_keep_reads_a_deleted_person,
    name_and_address_are_free_again,
    who_stays_is_told_by_mail,
    the_mails_say_when_and_that_it_is_done,
    a_deletion_that_fails_halfway_has_not_begun,
    who_signs_in_at_the_same_moment_is_signed_out_with_it,
    of_two_partners_who_go_at_the_same_moment_nothing_stays,
    who_is_gone_is_not_asked_for_by_jobs_that_wait,
);

/// The mails that were written, the latest last.
pub(super) fn mails(app: &TestApp) -> Vec<Mail> {
    let folder = app.state.config.data_dir.join("mail");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |file| Mail::read(&std::fs::read_to_string(file).unwrap());
    files.into_iter().map(read).collect()
}

async fn nothing_is_left_but_what_is_meant_to_stay(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, zuleika, ben, .. } = &scene;
    zuleika.tell::<()>("ask_for_data", &[]).await.unwrap();
    app.server.jobs().run_due().await.unwrap();
    let files = || {
        let folder = app.state.config.data_dir.join("media");
        let count = |folder: &str| {
            std::fs::read_dir(app.state.config.data_dir.join("media").join(folder)).map_or(0, Iterator::count)
        };
        assert!(folder.exists());
        (count("pictures"), count("exports"))
    };
    assert_eq!(files(), (2, 1));
    let before = app.dump(&[]).await;
    for mark in MARKS {
        assert!(
            !before.rows_with(mark).is_empty(),
            "{mark} is nowhere: this test would see nothing"
        );
    }
    scene.delete().await;
    let after = app.dump(&[]).await;
    for mark in MARKS {
        assert_eq!(after.rows_with(mark), Vec::<String>::new(), "{mark} is left");
    }
    assert_eq!(files(), (0, 0));
    // Once more changes nothing.
    app.advance(Duration::from_secs(3_600));
    app.clean_up().await;
    assert_eq!(rows(app, "message", "author_id", zuleika.id).await, 1);
    let conversation = ConversationId::of_pair(scene.pair.id).to_string();
    let kept: MessagePage = ben.ask("messages", &[("conversation", &conversation)]).await.unwrap();
    let texts: Vec<&str> = kept.messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, [WRITTEN, "And what Ben wrote"]);
    let noted = "SELECT kind || address || user_agent FROM audit
                 WHERE user_id IN (SELECT id FROM users WHERE deleted_at IS NOT NULL)";
    let noted = app.texts(noted).await;
    assert_eq!(noted, ["deletion_asked"]);
    // The last of two takes with them what only the two could read.
    let confirm = "UPDATE session SET confirmed_at = 9000000000000000";
    app.execute(confirm).await;
    ask(ben, "ben").await.result::<String>().unwrap();
    app.advance(GRACE);
    app.clean_up().await;
    for table in ["message", "conversation", "call", "call_participant", "partnership"] {
        let sql: &'static str = Box::leak(format!("SELECT COUNT(*) FROM {table}").into_boxed_str());
        assert_eq!(app.number(sql).await, 0, "{table}");
    }
}

async fn what_others_keep_reads_a_deleted_person(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, ben, cora, .. } = &scene;
    let call = scene.one(&format!("SELECT {} FROM call", id_text(app, "id"))).await;
    let call: uuid::Uuid = call.parse().unwrap();
    for (step, locale, words) in [
        ("going", "en", "A deleted person"),
        ("gone", "es", "Una persona eliminada"),
    ] {
        if step == "going" {
            scene.ask().await;
        } else {
            app.advance(GRACE);
            app.clean_up().await;
            app.execute("UPDATE users SET locale = 'es' WHERE username = 'ben'")
                .await;
            app.execute("UPDATE session SET expires_at = 9000000000000000").await;
        }
        let initials = if locale == "en" { "AP" } else { "UE" };
        for address in ["/", "/calls", &format!("/calls/{call}"), "/notifications"] {
            let page = ben.get(address).await;
            assert_eq!(page.status, 200);
            assert!(page.body.contains(words), "{step} {locale} {address}");
            let body = page.body.to_lowercase();
            assert!(!body.contains("zuleika") && !body.contains("quint"), "{step}: her name");
            assert!(
                !page.body.contains("data-initials=\"\""),
                "{step} {address}: a face of nobody"
            );
            if address == "/notifications" {
                let face = format!("data-initials=\"{initials}\"");
                assert!(page.body.contains(&face), "{step} {address}: no {face}");
            }
            for empty in ["href=\"/people/\"", "href=\"/partners/\""] {
                assert!(!page.body.contains(empty), "{step}: a link to nobody");
            }
        }
        let log: CallLog = ben.ask("call_log", &[]).await.unwrap();
        assert_eq!(log.entries.items.len(), 3);
        assert_eq!(log.by_partner.len(), 1);
        // Nobody is asked for by a name that is none.
        assert_eq!(
            ben.ask::<CallLog>("call_log", &[("filters[with]", "")]).await.unwrap(),
            log
        );
    }
    let lines = cora.get("/notifications").await;
    assert!(!lines.body.to_lowercase().contains("requestmark"));
}

async fn name_and_address_are_free_again(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, zuleika, .. } = &scene;
    scene.delete().await;
    let gone = log_in(&app.visitor(), "zuleika", PASSWORD).await;
    assert_eq!(problems(&gone), [problem("login", Problem::WrongCredentials)]);
    let key = format!("deleted:{}", zuleika.id);
    for login in [key.as_str(), "deleted:", ""] {
        assert_eq!(log_in(&app.visitor(), login, PASSWORD).await.status, 422, "{login}");
    }
    let answer = app
        .visitor()
        .call("forgot_password", &[("email", &zuleika.email)])
        .await;
    assert_eq!(answer.status, 200);
    let before = mails(app).len();
    app.server.jobs().run_due().await.unwrap();
    assert_eq!(mails(app).len(), before, "a mail to nobody");
    let browser = app.visitor();
    let answer = register(&browser, "zuleika", &zuleika.email, PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    browser.add_cookie(&format!("session={}", token_in(&answer)));
    let fresh: Profile = browser.ask("own_profile", &[]).await.unwrap();
    assert_eq!(fresh.bio, "");
    assert_eq!(browser.ask::<Vec<PartnerView>>("partners", &[]).await.unwrap(), []);
}

async fn who_stays_is_told_by_mail(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app
        .person("ana")
        .called("Ana Castillo")
        .password(PASSWORD)
        .create()
        .await;
    ask(&ana, "ana").await.result::<String>().unwrap();
    while app.server.jobs().run_due().await.unwrap() > 0 {}
    // Mails are named by their time.
    app.advance(Duration::from_secs(1));
    let browser = app.visitor();
    let answer = log_in(&browser, "ana", PASSWORD).await;
    browser.add_cookie(&format!("session={}", token_in(&answer)));
    browser.tell::<String>("keep_account", &[]).await.unwrap();
    while app.server.jobs().run_due().await.unwrap() > 0 {}
    let subjects: Vec<String> = mails(&app).iter().map(Mail::subject).collect();
    assert_eq!(subjects, ["Your account will be deleted", "Your account stays"]);
    let last = mails(&app).pop().unwrap();
    assert!(
        last.text.contains("Ana Castillo") && last.text.contains("/settings/account"),
        "{}",
        last.text
    );
}

async fn the_mails_say_when_and_that_it_is_done(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app
        .person("ana")
        .called("Ana Castillo")
        .password(PASSWORD)
        .create()
        .await;
    app.execute("UPDATE users SET locale = 'es' WHERE username = 'ana'")
        .await;
    ask(&ana, "ana").await.result::<String>().unwrap();
    app.server.jobs().run_due().await.unwrap();
    let first = mails(&app).pop().unwrap();
    assert_eq!(first.subject(), "Tu cuenta se eliminará");
    assert_eq!(first.headers["to"], ana.email);
    assert!(
        first.text.contains("Hola, Ana Castillo:") && first.text.contains("18 de mayo"),
        "{}",
        first.text
    );
    assert!(first.text.contains(LEAVERS_PAGE), "{}", first.text);
    // A link that sets a password works still, and names her.
    app.visitor().call("forgot_password", &[("email", &ana.email)]).await;
    app.advance(Duration::from_secs(1));
    app.server.jobs().run_due().await.unwrap();
    let reset = mails(&app).pop().unwrap();
    assert!(reset.text.contains("Hola, Ana Castillo:"), "{}", reset.text);
    app.advance(GRACE);
    app.clean_up().await;
    let last = mails(&app).pop().unwrap();
    assert_eq!(last.subject(), "Tu cuenta se ha eliminado");
    assert_eq!(last.headers["to"], ana.email);
    assert_eq!(app.number("SELECT COUNT(*) FROM job WHERE kind = 'mail.send'").await, 0);
    app.advance(Duration::from_secs(3_600));
    app.clean_up().await;
    assert_eq!(mails(&app).len(), 3, "said once");
}

async fn a_deletion_that_fails_halfway_has_not_begun(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, zuleika, .. } = &scene;
    let other = app.person("other").password(PASSWORD).create().await;
    scene.ask().await;
    ask(&other, "other").await.result::<String>().unwrap();
    app.server.jobs().run_due().await.unwrap();
    app.advance(GRACE);
    app.execute("ALTER TABLE quiet_hours RENAME TO quiet_hours_away").await;
    let before = rows(app, "call_feedback", "user_id", zuleika.id).await;
    app.clean_up().await;
    assert_eq!(
        app.number("SELECT COUNT(*) FROM users WHERE deleted_at IS NOT NULL")
            .await,
        0
    );
    assert_eq!(rows(app, "call_feedback", "user_id", zuleika.id).await, before);
    app.execute("ALTER TABLE quiet_hours_away RENAME TO quiet_hours").await;
    app.advance(Duration::from_secs(3_600));
    app.clean_up().await;
    assert_eq!(
        app.number("SELECT COUNT(*) FROM users WHERE deleted_at IS NOT NULL")
            .await,
        2
    );
}

/// On PostgreSQL what somebody else has written down and not committed is seen by nobody, but for who waits for it.
async fn who_signs_in_at_the_same_moment_is_signed_out_with_it(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, zuleika, .. } = &scene;
    scene.ask().await;
    app.advance(GRACE);
    let late = Token::random();
    let insert = |token: &Token| {
        let (new, user) = (key(app, uuid::Uuid::now_v7()), key(app, zuleika.id.uuid()));
        let hash: String = token.hash().iter().map(|byte| format!("{byte:02x}")).collect();
        let hash = match engine {
            Engine::Sqlite => format!("X'{hash}'"),
            Engine::Postgres => format!("'\\x{hash}'::bytea"),
        };
        format!(
            "INSERT INTO session
                 (id, user_id, token_hash, created_at, last_used_at, confirmed_at, expires_at, user_agent, address)
             VALUES ({new}, {user}, {hash}, 1, 1, 1, 9000000000000000, '', '')"
        )
    };
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let signing_in = {
        let (db, sql) = (app.state.db.clone(), insert(&late));
        let (begun, go_on) = (begun.clone(), go_on.clone());
        tokio::spawn(async move {
            let work = db.transaction(move |conn| {
                async move {
                    let sql = sqlx::AssertSqlSafe(sql);
                    speakle::on_engine!(conn, |c| sqlx::query(sql).execute(c).await.map(drop))?;
                    begun.notify_one();
                    go_on.notified().await;
                    Ok::<_, StoreError>(())
                }
                .boxed()
            });
            work.await.unwrap();
        })
    };
    begun.notified().await;
    futures::join!(app.clean_up(), async {
        app.somebody_waits().await;
        go_on.notify_one();
    });
    signing_in.await.unwrap();
    let gone = "SELECT COUNT(*) FROM users WHERE deleted_at IS NOT NULL";
    assert_eq!(app.number(gone).await, 1);
    assert_eq!(rows(app, "session", "user_id", zuleika.id).await, 0);
    // And a session that comes after it is nobody's.
    let later = Token::random();
    run(app, insert(&later)).await;
    for token in [&late, &later] {
        assert!(!is_signed_in(&Browser::new(app.origin(), Some(token.secret()))).await);
    }
    let thief = Browser::new(app.origin(), Some(later.secret()));
    assert_eq!(thief.fetch("deletion_terms", &[]).await.status, 401);
    assert_eq!(thief.call("keep_account", &[]).await.status, 401);
}

async fn of_two_partners_who_go_at_the_same_moment_nothing_stays(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    // As they are deleted, each in a transaction of their own.
    let delete = |person: &Person, begun: Arc<Notify>, go_on: Arc<Notify>| {
        let (state, user, row) = (app.state.clone(), person.id, key(&app, person.id.uuid()));
        let now = app.state.clock.now();
        tokio::spawn(async move {
            let matching = OfMatching(state.clone());
            let work = state.db.transaction(move |conn| {
                async move {
                    let sql = sqlx::AssertSqlSafe(format!("UPDATE users SET deleted_at = 1 WHERE id = {row}"));
                    speakle::on_engine!(conn, |c| sqlx::query(sql).execute(c).await.map(drop))
                        .map_err(StoreError::from)?;
                    matching.erase(conn, user, now).await?;
                    begun.notify_one();
                    go_on.notified().await;
                    Ok::<_, AppError>(())
                }
                .boxed()
            });
            work.await.unwrap();
        })
    };
    let first = delete(&ana, begun.clone(), go_on.clone());
    begun.notified().await;
    let at_once = Arc::new(Notify::new());
    at_once.notify_one();
    let second = delete(&ben, begun.clone(), at_once);
    app.somebody_waits().await;
    go_on.notify_one();
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM partnership").await, 0);
}

async fn who_is_gone_is_not_asked_for_by_jobs_that_wait(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    ask(&ana, "ana").await.result::<String>().unwrap();
    app.advance(GRACE);
    for email in [&ana.email, &ben.email] {
        let asked = app.visitor().call("forgot_password", &[("email", email)]).await;
        assert_eq!(asked.status, 200);
    }
    // Given up, as after an evening without a mail server.
    app.execute("UPDATE job SET dead_at = run_at WHERE kind = 'accounts.send_reset'")
        .await;
    app.clean_up().await;
    let left = app
        .texts("SELECT CAST(payload AS TEXT) FROM job WHERE kind = 'accounts.send_reset'")
        .await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].contains(&ben.email), "{left:?}");
}
