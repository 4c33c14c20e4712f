//! Nobody's e-mail address, password hash or session is in any page or payload but their own.

use server_fn::axum::server_fn_paths;
use speakle::protocol::ServerMessage;

use super::{heard, page, world};
use crate::harness::{Engine, Person, eventually};

both_engines!(
    nobodys_address_is_shown_to_anybody_else,
    a_server_function_tells_nothing_of_our_insides
);

async fn nobodys_address_is_shown_to_anybody_else(engine: Engine) {
    let mut world = world(engine, "").await;
    let eve = world.app.person("eve").speaks("en").learns("es", "B1").create().await;
    let mut paths: Vec<String> = world
        .private()
        .into_iter()
        .chain(world.public())
        .chain([page("/", "")])
        .map(|place| place.path)
        .collect();
    paths.extend(["ana", "ben", "carl", "dora", "emma"].map(|name| format!("/people/{name}")));
    let (room, call) = (world.pair.room.to_string(), world.past.to_string());
    let conversation = world.pair.id.to_string();
    let (appointment, day) = (world.appointment.id.to_string(), world.appointment.day.to_string());
    let queries: Vec<(&str, Vec<(&str, &str)>)> = vec![
        ("find_partners", vec![]),
        ("person", vec![("username", "ana")]),
        ("person", vec![("username", "ben")]),
        ("followed", vec![]),
        ("appointments", vec![]),
        ("appointment", vec![("id", &appointment)]),
        ("appointment_times", vec![("to", "ben")]),
        ("other_times", vec![("id", &appointment), ("day", &day)]),
        ("calendar_address", vec![]),
        ("open_requests", vec![]),
        ("requests_waiting", vec![]),
        ("partners", vec![]),
        ("partner", vec![("username", "ben")]),
        ("partner", vec![("username", "ana")]),
        ("messages", vec![("conversation", &conversation)]),
        ("own_account", vec![]),
        ("own_email", vec![]),
        ("sign_in_waits", vec![]),
        ("second_factor_page", vec![]),
        ("second_factor", vec![]),
        ("has_password", vec![]),
        ("google_offer", vec![]),
        ("own_identities", vec![]),
        ("how_to_confirm", vec![("next", "/")]),
        ("own_archive", vec![]),
        ("deletion_terms", vec![]),
        ("own_passkeys", vec![]),
        ("own_profile", vec![]),
        ("own_privacy", vec![]),
        ("address_hiding", vec![]),
        ("room", vec![("room", &room)]),
        ("fresh_ice", vec![("room", &room)]),
        ("ice_check", vec![]),
        ("device_keys", vec![("room", &room)]),
        ("call_history", vec![]),
        ("call_log", vec![]),
        ("call_summary", vec![("call", &call)]),
        ("notifications", vec![]),
        ("notifications_since", vec![("after", "0")]),
        ("notifications_so_far", vec![]),
        ("unread_notifications", vec![]),
        ("notification_settings", vec![]),
        ("ringing", vec![]),
        ("push_key", vec![]),
    ];
    for (path, _) in server_fn_paths().filter(|(_, method)| *method == reqwest::Method::GET) {
        let function = path.trim_start_matches("/api/");
        assert!(
            queries.iter().any(|(known, _)| *known == function),
            "{path} is not looked at: add it here"
        );
    }
    // Somebody changes something while the others listen.
    world
        .ana
        .tell::<()>("send_request", &[("to", "eve"), ("message", "hello")])
        .await
        .unwrap();
    let mut eves = world.app.ws(&eve).await;
    eves.settled().await;
    world.tab.settled().await;
    let payloads = [(&eve, heard(&eves)), (&world.ben, heard(&world.tab))];
    for (who, payload) in &payloads {
        assert!(payload.len() > 50, "{} heard nothing", who.username);
        assert_no_secret(who, payload, "the socket");
    }
    let visitor = world.app.visitor();
    let mut read = 0;
    for who in [&world.ana, &world.ben, &eve] {
        for path in &paths {
            assert_no_secret(who, &who.get(path).await.body, path);
            let public = visitor.get(path).await.body;
            assert!(!public.contains("@secret-mail"), "{path} shows an address to everybody");
        }
        for (function, query) in &queries {
            let answer = who.fetch(function, query).await;
            assert_no_secret(who, &answer.body, function);
            read += usize::from(answer.status == 200);
        }
    }
    assert!(read > 20, "only {read} answers were read");
}

fn assert_no_secret(who: &Person, text: &str, place: &str) {
    for (at, _) in text.match_indices("@secret-mail") {
        let start = text[..at]
            .rfind(|c: char| !c.is_ascii_alphanumeric())
            .map_or(0, |before| before + 1);
        let address = &text[start..at];
        assert_eq!(
            address, who.username,
            "{place} shows {address}'s address to {}",
            who.username
        );
    }
    for secret in [
        "password_hash",
        "argon2",
        "nobody signs in with a password",
        who.token.secret(),
    ] {
        assert!(!text.contains(secret), "{place} shows {secret} to {}", who.username);
    }
}

/// A fault reaches people without its detail.
async fn a_server_function_tells_nothing_of_our_insides(engine: Engine) {
    let world = world(engine, "").await;
    world.app.execute("DROP TABLE user_interest").await;
    for function in ["own_profile", "find_partners"] {
        let answer = world.ana.fetch(function, &[]).await;
        assert_eq!((answer.status, answer.body.as_str()), (500, r#""internal""#));
    }
    let page = world.ana.get("/settings/profile").await;
    for word in ["user_interest", "SELECT", "sqlx", "panicked"] {
        assert!(!page.body.contains(word), "the page says {word}");
    }
    // The socket lives on, and so does everything that does not need the table.
    let mut socket = world.app.ws(&world.ana).await;
    let is_told = |message: &ServerMessage| matches!(message, ServerMessage::Matching(_)).then_some(());
    socket.wait("how things stand", is_told).await;
    eventually("the rest to work", || async {
        (world.ana.get("/calls").await.status == 200).then_some(())
    })
    .await;
}
