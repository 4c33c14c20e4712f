//! A thousand calls, each answered, declined, cancelled and rung out at the same moment.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use speakle::invitations::model::{InvitationId, Started};
use speakle::invitations::service::Invitations;
use speakle::invitations::wire::InvitationNews;
use speakle::kernel::error::{AppError, Refusal};
use speakle::matching::service as matching;
use speakle::protocol::ServerMessage;

use crate::harness::socket::Socket;
use crate::harness::{Engine, Person, TestApp};

both_engines!(of_a_thousand_races_each_has_one_winner);

const RACES: usize = 1_000;
/// As many as it takes for a thousand pairs: a pair rings once at a time.
const PEOPLE: usize = 46;
/// Invitations that are fought for at once, by four contenders each.
const AT_ONCE: usize = 50;

/// A call, and who fights for it.
#[derive(Clone, Copy)]
struct Race {
    id: InvitationId,
    caller: usize,
    callee: usize,
}

async fn of_a_thousand_races_each_has_one_winner(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(app.person(&format!("person{number}")).create().await);
    }
    let pairs: Vec<(usize, usize)> = (0..PEOPLE)
        .flat_map(|one| {
            (0..one).map(move |other| {
                if (one + other) % 2 == 0 {
                    (one, other)
                } else {
                    (other, one)
                }
            })
        })
        .take(RACES)
        .collect();
    assert_eq!(pairs.len(), RACES);
    befriend(&app, &people, &pairs).await;
    let mut sockets = join_all(people.iter().map(|person| app.ws(person))).await;

    let mut outcomes = Vec::new();
    for batch in pairs.chunks(AT_ONCE) {
        let races = join_all(batch.iter().map(|pair| ring(&app, &people, *pair))).await;
        app.advance(Duration::from_secs(45));
        let fights = races.iter().enumerate().map(|(turn, race)| {
            let (app, people) = (&app, &people);
            async move { (*race, fight(app, people, *race, turn).await) }
        });
        outcomes.extend(join_all(fights).await);
        // A socket that is not read is taken for silent on a machine that is slow.
        join_all(sockets.iter_mut().map(Socket::settled)).await;
    }
    // The jobs that would have ended them find nothing to do.
    app.server.jobs().run_due().await.unwrap();
    assert_eq!(
        app.number("SELECT COUNT(*) FROM job WHERE kind = 'invitations.ring_out'")
            .await,
        0
    );

    let mut wins: BTreeMap<&str, i64> = BTreeMap::new();
    for (_, outcome) in &outcomes {
        *wins.entry(outcome).or_default() += 1;
    }
    assert_eq!(
        wins.keys().copied().collect::<Vec<_>>(),
        ["accepted", "cancelled", "declined", "expired"],
        "some never win: this is no race"
    );
    // Rows, lists, logs, and what everybody was told say the same.
    let rows = app.texts("SELECT status FROM call_invitation ORDER BY id").await;
    let mut by_id = outcomes.clone();
    by_id.sort_by_key(|(race, _)| race.id);
    assert_eq!(rows, by_id.iter().map(|(_, outcome)| *outcome).collect::<Vec<_>>());
    assert_eq!(app.number("SELECT COUNT(*) FROM call").await, wins["accepted"]);
    let sql =
        "SELECT u.username || ' ' || n.subject || ' ' || n.kind FROM notification n JOIN users u ON u.id = n.user_id";
    let mut listed = app.texts(sql).await;
    let mut expected = Vec::new();
    for (race, outcome) in &outcomes {
        expected.extend(lines(&people, *race, outcome));
    }
    listed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(listed, expected);
    let gaps = "SELECT COUNT(*) FROM event_log l WHERE l.last_seq <> (SELECT COUNT(*) FROM event e WHERE e.user_id = l.user_id)";
    assert_eq!(app.number(gaps).await, 0);
    for (number, socket) in sockets.iter_mut().enumerate() {
        socket.settled().await;
        let mut told: Vec<(InvitationId, &str)> = Vec::new();
        for message in socket.heard() {
            if let ServerMessage::Invitations(InvitationNews::Settled { id, outcome }) = message {
                told.push((*id, outcome.name()));
            }
        }
        let mine = outcomes
            .iter()
            .filter(|(race, _)| [race.caller, race.callee].contains(&number));
        let mut mine: Vec<(InvitationId, &str)> = mine.map(|(race, outcome)| (race.id, *outcome)).collect();
        told.sort_unstable();
        mine.sort_unstable();
        assert_eq!(told, mine, "what {} was told", people[number].username);
    }
}

async fn befriend(app: &TestApp, people: &[Person], pairs: &[(usize, usize)]) {
    let ids: Vec<_> = pairs
        .iter()
        .map(|(one, other)| (people[*one].id, people[*other].id))
        .collect();
    let now = app.state.clock.now();
    let work = app.state.db.transaction(move |conn| {
        async move {
            for (one, other) in ids {
                matching::begin_partnership(conn, one, other, now).await?;
            }
            Ok::<_, AppError>(())
        }
        .boxed()
    });
    work.await.unwrap();
}

async fn ring(app: &TestApp, people: &[Person], (caller, callee): (usize, usize)) -> Race {
    let (service, to) = (app.server.invitations(), &people[callee].username);
    match service.start(&people[caller].viewer(), to, "").await.unwrap() {
        Started::Ringing(outgoing) => Race {
            id: outgoing.id,
            caller,
            callee,
        },
        other => panic!("it does not ring: {other:?}"),
    }
}

/// All four at once, each of them first in its turn; answers what the winner has made of the call.
async fn fight(app: &TestApp, people: &[Person], race: Race, turn: usize) -> &'static str {
    let service: &Invitations = app.server.invitations();
    let (caller, callee) = (people[race.caller].viewer(), people[race.callee].viewer());
    let id = race.id;
    let mut contenders: Vec<(&str, BoxFuture<'_, Result<(), AppError>>)> = vec![
        (
            "accepted",
            async { service.accept(&callee, id).await.map(drop) }.boxed(),
        ),
        ("declined", service.decline(&callee, id).boxed()),
        ("cancelled", service.cancel(&caller, id).boxed()),
        ("expired", service.ring_out(id).boxed()),
    ];
    contenders.rotate_left(turn % 4);
    let (names, fights): (Vec<_>, Vec<_>) = contenders.into_iter().unzip();
    let results = join_all(fights).await;
    let mut winners = Vec::new();
    for (name, result) in names.iter().zip(&results) {
        match result {
            // The clock does not say whether it was first.
            Ok(()) if *name == "expired" => {}
            Ok(()) => winners.push(*name),
            Err(error) => assert_eq!(*error, AppError::Refused(Refusal::AlreadySettled), "{name}"),
        }
    }
    match winners[..] {
        [] => "expired",
        [winner] => winner,
        _ => panic!("several win: {winners:?}"),
    }
}

/// What stands in the lists of both.
fn lines(people: &[Person], race: Race, outcome: &str) -> Vec<String> {
    let line = |number: usize, kind: &str| format!("{} call:{} {kind}", people[number].username, race.id);
    match outcome {
        "accepted" => vec![line(race.callee, "call_received"), line(race.caller, "call_accepted")],
        "declined" => vec![line(race.callee, "call_received"), line(race.caller, "call_declined")],
        "cancelled" => vec![line(race.callee, "call_cancelled")],
        _ => vec![line(race.callee, "call_missed")],
    }
}
