//! Two weeks later: nothing is left but what is meant to stay.

use std::time::Duration;

use speakle::accounts::deletion::GRACE;
use speakle::calls::records::log::CallLog;
use speakle::kernel::error::Problem;
use speakle::matching::model::PartnerView;
use speakle::messages::model::{ConversationId, MessagePage};
use speakle::profiles::model::Profile;

use super::{LEAVERS_PAGE, ask};
use crate::accounts::leaving::{MARKS, Scene, WRITTEN, id_text, rows};
use crate::accounts::{PASSWORD, log_in, problem, problems, register, token_in};
use crate::harness::mail_sink::Mail;
use crate::harness::{Engine, TestApp};

both_engines!(
    nothing_is_left_but_what_is_meant_to_stay,
    what_others_keep_reads_a_deleted_person,
    name_and_address_are_free_again,
    the_mails_say_when_and_that_it_is_done,
    a_deletion_that_fails_halfway_has_not_begun,
);

/// The mails that were written, the latest last.
fn mails(app: &TestApp) -> Vec<Mail> {
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
    let noted = app.texts("SELECT kind || address || user_agent FROM audit WHERE user_id IN (SELECT id FROM users WHERE deleted_at IS NOT NULL)").await;
    assert_eq!(noted, ["deletion_asked"]);
    // The last of two takes with them what only the two could read.
    ask(ben, "ben").await;
    let confirm = "UPDATE session SET confirmed_at = 9000000000000000";
    app.execute(confirm).await;
    ask(ben, "ben").await;
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
        for page in ["/", "/calls", &format!("/calls/{call}"), "/notifications"] {
            let page = ben.get(page).await;
            assert_eq!(page.status, 200);
            assert!(page.body.contains(words), "{step} {locale}");
            let body = page.body.to_lowercase();
            assert!(!body.contains("zuleika") && !body.contains("quint"), "{step}: her name");
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
