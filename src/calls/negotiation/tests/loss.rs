//! Sockets that go down, pages that are loaded anew, connections and operations that fail.

use super::super::Input;
use super::world::World;

const SEEDS: u64 = 300;

/// Runs a scenario under many seeds, in order and reordered, each time up to some random moment of the first negotiation or after it.
fn always_settles(scenario: impl Fn(&mut World)) {
    let mut stuck = Vec::new();
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        (world.window, world.duplicates) = if seed % 2 == 0 { (1, 0) } else { (6, 4) };
        world.meet();
        let moment = world.random.below(70);
        world.run(moment, |_| true);
        scenario(&mut world);
        if let Err(error) = world.settle() {
            stuck.push(format!("seed {seed}: {error}"));
        }
    }
    assert_eq!(stuck, Vec::<String>::new());
}

fn pause(world: &mut World) {
    let steps = world.random.below(30);
    world.run(steps, |_| true);
}

#[test]
fn a_socket_that_was_down_for_a_while() {
    always_settles(|world| {
        for side in [0, 1, 0] {
            world.disconnect(side);
            pause(world);
            world.reconnect(side);
        }
    });
}

#[test]
fn a_server_that_was_restarted() {
    always_settles(|world| {
        world.disconnect(0);
        world.disconnect(1);
        pause(world);
        world.reconnect(1);
        pause(world);
        world.reconnect(0);
    });
}

#[test]
fn a_rebuild_that_the_other_side_did_not_hear_of() {
    always_settles(|world| {
        world.disconnect(0);
        world.fail_connection(1);
        pause(world);
        world.reconnect(0);
    });
}

#[test]
fn a_page_that_was_loaded_anew_once_and_again() {
    always_settles(|world| {
        world.reload(0);
        pause(world);
        world.reload(0);
    });
}

#[test]
fn two_pages_that_were_loaded_anew() {
    always_settles(|world| {
        world.reload(0);
        pause(world);
        world.reload(1);
    });
}

#[test]
fn a_page_that_was_loaded_anew_while_the_other_side_was_away() {
    always_settles(|world| {
        world.disconnect(1);
        world.reload(0);
        pause(world);
        world.reconnect(1);
    });
}

#[test]
fn both_give_the_connection_up_at_once_and_meet_in_one_generation() {
    always_settles(|world| {
        world.fail_connection(0);
        world.fail_connection(1);
    });
}

#[test]
fn ice_restarts_of_both_sides_at_any_moment() {
    always_settles(|world| {
        world.handle(0, Input::RestartIce);
        pause(world);
        world.handle(1, Input::RestartIce);
        world.handle(0, Input::RestartIce);
    });
}

#[test]
fn operations_that_fail_one_after_another() {
    always_settles(|world| {
        for side in [0, 1] {
            world.fail_operations(side, 3);
            world.add_track(side, 'v');
            pause(world);
        }
    });
}

#[test]
fn a_glare_whose_offers_were_lost() {
    always_settles(|world| {
        world.disconnect(0);
        world.add_track(0, 'a');
        world.add_track(1, 'v');
        pause(world);
        world.reconnect(0);
    });
}

#[test]
fn resuming_without_need_changes_nothing() {
    always_settles(|world| {
        assert_eq!(world.settle(), Ok(()));
        let before = [0, 1].map(|side: usize| (world.sides[side].machine.generation(), world.sides[side].rebuilds));
        for side in [0, 1, 1, 0] {
            world.handle(side, Input::Resumed);
        }
        assert_eq!(world.settle(), Ok(()));
        let after = [0, 1].map(|side: usize| (world.sides[side].machine.generation(), world.sides[side].rebuilds));
        assert_eq!(before, after);
    });
}
