//! Writing: in order, once, by those who may.

use futures::FutureExt as _;
use futures::future::join_all;
use speakle::kernel::error::{AppError, Problem, Refusal};
use speakle::messages::model::{ConversationId, Message, TEXT_MAX};
use speakle::server::db::{Conn, StoreError};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{conversation, new_client_id, numbers, page, said, unheard, write, write_as};
use crate::harness::{Engine, TestApp, eventually};

both_engines!(
    what_one_writes_the_other_hears_on_every_device,
    fifty_who_write_at_once_leave_no_gap,
    a_message_that_is_sent_twice_is_kept_once,
    a_name_belongs_to_one_conversation,
    what_fails_half_way_leaves_no_gap,
    strangers_neither_read_nor_write,
    what_one_wrote_nobody_else_says,
    former_partners_read_and_do_not_write,
    who_parts_while_a_message_waits_is_told_nothing_more,
    a_text_is_kept_as_it_is_or_refused_with_the_reason,
    who_writes_too_much_waits,
);

async fn what_one_writes_the_other_hears_on_every_device(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let eve = app.person("eve").create().await;
    app.partners(&ana, &eve).await;
    let phone = ben.another_device(&app).await;
    let (mut anas, mut bens, mut phones, mut eves) = (
        app.ws(&ana).await,
        app.ws(&ben).await,
        app.ws(&phone).await,
        app.ws(&eve).await,
    );

    let sent = write(&ana, conversation(&pair), "¿Qué tal?").await.unwrap();
    assert_eq!((sent.seq, sent.author, sent.text.as_str()), (1, ana.id, "¿Qué tal?"));
    for socket in [&mut anas, &mut bens, &mut phones] {
        assert_eq!(said(socket).await, (conversation(&pair), sent.clone()));
    }
    let answer = write(&ben, conversation(&pair), "Muy bien").await.unwrap();
    assert_eq!(said(&mut anas).await.1, answer);
    let read = page(&ana, conversation(&pair), None).await.unwrap();
    assert_eq!(read.messages, [sent, answer]);
    eves.settled().await;
    assert_eq!(unheard(&eves), 0, "somebody else's conversation");
}

async fn fifty_who_write_at_once_leave_no_gap(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let mut bens = app.ws(&ben).await;
    // The first of them make the conversation, too.
    let sent = join_all((0..50).map(|number| {
        let author = if number % 2 == 0 { &ana } else { &ben };
        let text = number.to_string();
        async move { write(author, conversation(&pair), &text).await.unwrap() }
    }))
    .await;
    let mut given: Vec<u64> = sent.iter().map(|message| message.seq).collect();
    given.sort_unstable();
    let expected: Vec<u64> = (1..=50).collect();
    assert_eq!(given, expected);
    assert_eq!(numbers(&ben, conversation(&pair)).await, expected);
    let mut heard = Vec::new();
    for _ in 0..50 {
        heard.push(said(&mut bens).await.1.seq);
    }
    heard.sort_unstable();
    assert_eq!(heard, expected);
    assert_eq!(app.number("SELECT COUNT(*) FROM conversation").await, 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM conversation_member").await, 2);
}

async fn a_message_that_is_sent_twice_is_kept_once(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let mut bens = app.ws(&ben).await;
    let name = new_client_id();
    // All at once and once more: the answer was lost each time.
    let sent = join_all((0..10).map(|_| write_as(&ana, conversation(&pair), name, "Only once"))).await;
    let again = write_as(&ana, conversation(&pair), name, "Other words").await.unwrap();
    for message in sent {
        assert_eq!(message.unwrap(), again, "everybody is told what is kept");
    }
    assert_eq!((again.seq, again.text.as_str()), (1, "Only once"));
    assert_eq!(app.number("SELECT COUNT(*) FROM message").await, 1);
    assert_eq!(app.number("SELECT last_seq FROM conversation").await, 1);
    said(&mut bens).await;
    bens.settled().await;
    assert_eq!(unheard(&bens), 0, "told once");
    // Another person's page may draw the same name.
    let theirs = write_as(&ben, conversation(&pair), name, "Mine").await.unwrap();
    assert_eq!((theirs.seq, theirs.text.as_str()), (2, "Mine"));
}

async fn a_name_belongs_to_one_conversation(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let eve = app.person("eve").create().await;
    let other = app.partners(&ana, &eve).await;
    let (with_ben, with_eve) = (conversation(&pair), conversation(&other));
    let mut kept = [0, 0];
    for round in 0..20 {
        let name = new_client_id();
        let (one, two) =
            futures::future::join(write_as(&ana, with_ben, name, "x"), write_as(&ana, with_eve, name, "x")).await;
        let results = [one, two];
        let won: Vec<bool> = results.iter().map(Result::is_ok).collect();
        assert!(
            won == [true, false] || won == [false, true],
            "round {round}: {results:?}"
        );
        for (place, result) in results.iter().enumerate() {
            match result {
                Ok(_) => kept[place] += 1,
                Err(error) => assert_eq!(*error, AppError::field("client_id", Problem::Taken)),
            }
        }
    }
    // Whatever was refused had taken no number, or gave it back.
    for (person, conversation, count) in [(&ben, with_ben, kept[0]), (&eve, with_eve, kept[1])] {
        assert_eq!(numbers(person, conversation).await, (1..=count).collect::<Vec<u64>>());
        let next = write(person, conversation, "next").await.unwrap();
        assert_eq!(next.seq, count + 1);
    }
}

async fn what_fails_half_way_leaves_no_gap(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    assert_eq!(write(&ana, conversation(&pair), "first").await.unwrap().seq, 1);
    // The number is taken when the database refuses the message itself.
    match engine {
        Engine::Sqlite => {
            app.execute(
                "CREATE TRIGGER no_storm BEFORE INSERT ON message WHEN NEW.text LIKE 'storm%'
                 BEGIN SELECT RAISE(ABORT, 'no storms'); END",
            )
            .await;
        }
        Engine::Postgres => {
            app.execute(
                "CREATE FUNCTION no_storm() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN IF NEW.text LIKE 'storm%' THEN RAISE 'no storms'; END IF; RETURN NEW; END $$",
            )
            .await;
            app.execute("CREATE TRIGGER no_storm BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION no_storm()")
                .await;
        }
    }
    let sent = join_all((0..20).map(|number| {
        let (author, text) = match number % 2 {
            0 => (&ana, format!("storm {number}")),
            _ => (&ben, format!("calm {number}")),
        };
        async move { write(author, conversation(&pair), &text).await }
    }))
    .await;
    for (number, result) in sent.iter().enumerate() {
        match number % 2 {
            0 => assert_eq!(*result, Err(AppError::Internal)),
            _ => assert!(result.is_ok(), "{result:?}"),
        }
    }
    assert_eq!(numbers(&ana, conversation(&pair)).await, (1..=11).collect::<Vec<u64>>());
}

async fn strangers_neither_read_nor_write(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, _ben, pair) = app.ana_and_ben().await;
    let eve = app.person("eve").create().await;
    app.partners(&ana, &eve).await;
    let nowhere = ConversationId::from_uuid(Uuid::now_v7());
    let ours = conversation(&pair);
    // Whether anybody has written in it yet makes no difference.
    for _ in 0..2 {
        for conversation in [ours, nowhere] {
            assert_eq!(write(&eve, conversation, "x").await, Err(AppError::NotFound));
            assert_eq!(page(&eve, conversation, None).await, Err(AppError::NotFound));
            assert_eq!(super::mark_read(&eve, conversation, 1).await, Err(AppError::NotFound));
        }
        write(&ana, ours, "x").await.unwrap();
    }
    assert_eq!(page(&ana, ours, None).await.unwrap().messages.len(), 2);
    let visitor = app.visitor();
    let id = ours.to_string();
    for (function, form) in [
        (
            "send_message",
            vec![("conversation", id.as_str()), ("client_id", id.as_str()), ("text", "x")],
        ),
        (
            "mark_messages_read",
            vec![("conversation", id.as_str()), ("up_to", "1")],
        ),
    ] {
        assert_eq!(visitor.call(function, &form).await.status, 401, "{function}");
    }
    assert_eq!(visitor.fetch("messages", &[("conversation", &id)]).await.status, 401);
}

/// A browser in which somebody else has signed in sends what the one before had written.
async fn what_one_wrote_nobody_else_says(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let (ours, name) = (conversation(&pair).to_string(), new_client_id().to_string());
    let author = ana.id.to_string();
    let form = [
        ("conversation", ours.as_str()),
        ("client_id", name.as_str()),
        ("text", "Ana says so"),
        ("author", author.as_str()),
    ];
    let refused: Result<Message, AppError> = ben.tell("send_message", &form).await;
    assert_eq!(refused, Err(AppError::SignedOut));
    assert!(page(&ben, conversation(&pair), None).await.unwrap().messages.is_empty());
    let kept: Message = ana.tell("send_message", &form).await.unwrap();
    assert_eq!((kept.author, kept.seq), (ana.id, 1));
}

async fn former_partners_read_and_do_not_write(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let ours = conversation(&pair);
    let name = new_client_id();
    let sent = write_as(&ana, ours, name, "Bye").await.unwrap();
    ben.tell::<()>("end_partnership", &[("username", "ana")]).await.unwrap();
    for person in [&ana, &ben] {
        assert_eq!(page(person, ours, None).await.unwrap().messages.len(), 1);
        assert_eq!(
            write(person, ours, "One more thing").await,
            Err(AppError::Refused(Refusal::NotPartners))
        );
    }
    assert_eq!(
        write_as(&ana, ours, name, "Bye").await,
        Ok(sent),
        "it was kept in time, and the answer lost"
    );
    super::mark_read(&ben, ours, 1).await.unwrap();
    // Together again they go on where they were.
    let again = app.partners(&ana, &ben).await;
    assert_eq!(conversation(&again), ours);
    assert_eq!(write(&ben, ours, "Hello again").await.unwrap().seq, 2);

    // A pair that parted without a word has nothing to read, and nothing to write.
    let carl = app.person("carl").create().await;
    let short = app.partners(&ana, &carl).await;
    carl.tell::<()>("end_partnership", &[("username", "ana")])
        .await
        .unwrap();
    assert_eq!(
        write(&ana, conversation(&short), "x").await,
        Err(AppError::Refused(Refusal::NotPartners))
    );
    assert_eq!(page(&ana, conversation(&short), None).await.unwrap().messages, []);
    assert_eq!(app.number("SELECT COUNT(*) FROM conversation").await, 1);
}

async fn who_parts_while_a_message_waits_is_told_nothing_more(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, _ben, pair) = app.ana_and_ben().await;
    let ours = conversation(&pair);
    write(&ana, ours, "first").await.unwrap();
    let (stands, stood) = oneshot::channel();
    let (go, gone) = oneshot::channel::<()>();
    let parting = app.write(move |conn| {
        async move {
            run(conn, "UPDATE conversation SET last_seq = last_seq").await?;
            stands.send(()).unwrap();
            gone.await.unwrap();
            run(conn, "UPDATE partnership SET ended_at = since + 1, ended_by = low_id").await
        }
        .boxed()
    });
    let writing = async {
        stood.await.unwrap();
        let waits = async {
            app.somebody_waits().await;
            go.send(()).unwrap();
        };
        futures::future::join(write(&ana, ours, "too late"), waits).await.0
    };
    let ((), written) = futures::future::join(parting, writing).await;
    assert_eq!(written, Err(AppError::Refused(Refusal::NotPartners)));
    assert_eq!(app.number("SELECT COUNT(*) FROM message").await, 1);
}

async fn run(conn: &mut Conn, sql: &'static str) -> Result<(), StoreError> {
    Ok(speakle::on_engine!(conn, |c| sqlx::query(sql)
        .execute(c)
        .await
        .map(drop))?)
}

async fn a_text_is_kept_as_it_is_or_refused_with_the_reason(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let ours = conversation(&pair);
    for text in [
        "<script>alert('x')</script> & \"quotes\" \\ %00 &amp;",
        "one\n\n  two",
        "日本語 – ñandú – 👩🏽‍🏫",
        &"ñ".repeat(TEXT_MAX),
        &"👩".repeat(TEXT_MAX),
    ] {
        let sent = write(&ana, ours, text).await.unwrap();
        assert_eq!(sent.text, text);
        let read = page(&ben, ours, Some(("before", sent.seq + 1))).await.unwrap();
        assert_eq!(read.messages.last().unwrap().text, text);
    }
    let wrong = |problem| Err(AppError::field("text", problem));
    assert_eq!(write(&ana, ours, " \n ").await, wrong(Problem::Required));
    assert_eq!(
        write(&ana, ours, &"x".repeat(TEXT_MAX + 1)).await,
        wrong(Problem::TooLong { max: TEXT_MAX })
    );
    assert_eq!(numbers(&ana, ours).await.len(), 5);
}

async fn who_writes_too_much_waits(engine: Engine) {
    let app = TestApp::wishes(engine).option("--rate-limit", "on").start().await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let ours = conversation(&pair);
    // All at once, so that a slow machine does not spread them over minutes.
    let sent = join_all((0..200).map(|_| write(&ana, ours, "and another thing"))).await;
    let kept = sent.iter().filter(|result| result.is_ok()).count();
    assert!((120..200).contains(&kept), "{kept} of a burst of 200");
    for result in sent {
        match result {
            Ok(_) => {}
            Err(AppError::Limited { seconds }) => assert!((1..=60).contains(&seconds), "{seconds}"),
            Err(error) => panic!("{error}"),
        }
    }
    write(&ben, ours, "Let me answer").await.unwrap();
    // What was refused is kept when it comes again.
    let name = new_client_id();
    let kept = eventually("the limit passes", || async {
        write_as(&ana, ours, name, "at last").await.ok()
    })
    .await;
    assert_eq!(kept.seq, numbers(&ben, ours).await.len() as u64);
}
