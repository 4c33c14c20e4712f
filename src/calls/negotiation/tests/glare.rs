//! Both sides offer before either hears of it.

use super::super::{Input, SignalingState};
use super::world::{Event, World};

/// Lets both sides come to an offer of their own while the network holds everything back. Glare is certain then.
fn force_glare(world: &mut World) {
    assert!(!world.run(2_000, |event| event != Event::Packet), "neither side rests");
    for side in &world.sides {
        assert_eq!(
            side.browser.session.signaling,
            SignalingState::HaveLocalOffer,
            "no glare"
        );
    }
}

/// Runs one seed through three glares: the first offers, added tracks, ICE restarts.
fn three_glares(seed: u64, window: usize, duplicates: usize) -> Result<(), String> {
    let mut world = World::new(seed);
    (world.window, world.duplicates) = (window, duplicates);
    world.meet();
    force_glare(&mut world);
    world
        .settle()
        .map_err(|error| format!("seed {seed}, first offers: {error}"))?;
    world.add_track(0, 'v');
    world.add_track(1, 'a');
    force_glare(&mut world);
    world
        .settle()
        .map_err(|error| format!("seed {seed}, tracks: {error}"))?;
    world.handle(0, Input::RestartIce);
    world.handle(1, Input::RestartIce);
    force_glare(&mut world);
    world
        .settle()
        .map_err(|error| format!("seed {seed}, ICE restarts: {error}"))?;
    let rebuilds = world.sides[0].rebuilds + world.sides[1].rebuilds;
    if rebuilds > 0 {
        Err(format!("seed {seed}: {rebuilds} rebuilds for mere glare"))
    } else {
        Ok(())
    }
}

fn stuck(window: usize, duplicates: usize) -> Vec<String> {
    (0..500)
        .filter_map(|seed| three_glares(seed, window, duplicates).err())
        .collect()
}

#[test]
fn five_hundred_forced_glares_in_order_none_stuck() {
    assert_eq!(stuck(1, 0), Vec::<String>::new());
}

#[test]
fn five_hundred_forced_glares_with_reordering_none_stuck() {
    assert_eq!(stuck(8, 0), Vec::<String>::new());
}

#[test]
fn five_hundred_forced_glares_with_reordering_and_duplicates_none_stuck() {
    assert_eq!(stuck(8, 3), Vec::<String>::new());
}

#[test]
fn a_calm_start_needs_no_rebuild_either() {
    for seed in 0..200 {
        let mut world = World::new(seed);
        world.meet();
        assert_eq!(world.settle(), Ok(()), "seed {seed}");
        assert_eq!(
            (world.sides[0].rebuilds, world.sides[1].rebuilds),
            (0, 0),
            "seed {seed}"
        );
    }
}
