//! What a check of the connection outside of any room is told.

use speakle::calls::model::IceConfiguration;
use speakle::kernel::error::AppError;

use crate::harness::{Engine, TestApp};

both_engines!(
    a_check_is_told_of_the_servers_with_credentials_of_ones_own,
    an_installation_without_relays_says_so,
);

/// Nothing is asked but who asks.
const NONE: [(&str, &str); 0] = [];

async fn a_check_is_told_of_the_servers_with_credentials_of_ones_own(engine: Engine) {
    let app = TestApp::wishes(engine)
        .option("--stun-urls", "stun:stun.example:3478")
        .option("--turn-urls", "turn:turn.example:3478,turns:turn.example:5349")
        .option("--turn-secret", "quiet-harbour")
        .start()
        .await;
    let [ana, ben] = [app.person("ana").create().await, app.person("ben").create().await];
    let mut passwords = Vec::new();
    for person in [&ana, &ben] {
        let ice: IceConfiguration = person.ask("ice_check", &NONE).await.unwrap();
        let urls: Vec<&str> = ice
            .servers
            .iter()
            .flat_map(|server| &server.urls)
            .map(String::as_str)
            .collect();
        assert_eq!(
            urls,
            [
                "stun:stun.example:3478",
                "turn:turn.example:3478",
                "turns:turn.example:5349"
            ]
        );
        assert!(!ice.is_relay_only, "nobody is called: no wish of a pair counts");
        let username = ice.servers[1].username.clone().unwrap();
        assert!(username.ends_with(&person.id.to_string()), "{username}");
        passwords.push(ice.servers[1].credential.clone().unwrap());
    }
    assert_ne!(passwords[0], passwords[1]);

    let stranger = app.visitor().ask::<IceConfiguration>("ice_check", &NONE).await;
    assert_eq!(stranger, Err(AppError::SignedOut));
}

async fn an_installation_without_relays_says_so(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let ice: IceConfiguration = ana.ask("ice_check", &NONE).await.unwrap();
    assert_eq!(ice, IceConfiguration::default());
}
