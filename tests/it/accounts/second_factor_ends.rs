//! Two-step sign-in: what ends a sign-in that waits for its code.

use super::is_signed_in;
use super::second_factor::{STEP, enter, world};
use crate::harness::Engine;

both_engines!(what_was_taken_away_meanwhile_ends_the_sign_in);

async fn what_was_taken_away_meanwhile_ends_the_sign_in(engine: Engine) {
    let over = "/login?code=over";
    let by_identity = "UPDATE sign_in_attempt SET way = 'identity', password_hash = NULL, identity_id = user_id";
    let world = world(engine).await;
    world
        .app
        .execute(
            "INSERT INTO identity (id, user_id, issuer, subject, email, created_at)
             SELECT id, id, 'https://elsewhere.example', '1', 'ana@secret-mail.example', 0 FROM users",
        )
        .await;
    let browser = world.waiting().await;
    world.app.execute(by_identity).await;
    let answer = enter(&browser, &world.phone.code(&world.app)).await;
    assert_eq!(answer.result::<String>(), Ok("/".to_owned()));
    world.app.advance(STEP);
    // The account elsewhere is taken away.
    let browser = world.waiting().await;
    world.app.execute(by_identity).await;
    world.app.execute("DELETE FROM identity").await;
    let answer = enter(&browser, &world.phone.code(&world.app)).await;
    assert_eq!(answer.result::<String>(), Ok(over.to_owned()));
    assert!(!is_signed_in(&browser).await);
    world.app.advance(STEP);
    // The person is gone.
    let browser = world.waiting().await;
    world.app.execute("UPDATE users SET deleted_at = 1").await;
    let answer = enter(&browser, &world.phone.code(&world.app)).await;
    assert_eq!(answer.result::<String>(), Ok(over.to_owned()));
    assert!(answer.set_cookie("session").is_none());
}
