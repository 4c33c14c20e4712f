//! Whatever people, networks and browsers do, in any order: it ends in agreement.

use proptest::prelude::*;

use super::super::Input;
use super::world::World;

#[derive(Clone, Debug)]
enum Step {
    Run(usize),
    AddTrack(usize, char),
    RemoveTrack(usize),
    RestartIce(usize),
    FailConnection(usize),
    FailOperations(usize, u32),
    Disconnect(usize),
    Reconnect(usize),
    Resumed(usize),
    Reload(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let side = 0..2_usize;
    prop_oneof![
        6 => (1..40_usize).prop_map(Step::Run),
        2 => (side.clone(), prop_oneof![Just('a'), Just('v')]).prop_map(|(side, kind)| Step::AddTrack(side, kind)),
        1 => side.clone().prop_map(Step::RemoveTrack),
        2 => side.clone().prop_map(Step::RestartIce),
        1 => side.clone().prop_map(Step::FailConnection),
        1 => (side.clone(), 1..4_u32).prop_map(|(side, times)| Step::FailOperations(side, times)),
        2 => side.clone().prop_map(Step::Disconnect),
        2 => side.clone().prop_map(Step::Reconnect),
        1 => side.clone().prop_map(Step::Resumed),
        1 => side.prop_map(Step::Reload),
    ]
}

fn perform(world: &mut World, step: &Step) {
    match *step {
        Step::Run(steps) => drop(world.run(steps, |_| true)),
        Step::AddTrack(side, kind) => world.add_track(side, kind),
        Step::RemoveTrack(side) => world.remove_track(side),
        Step::RestartIce(side) => world.handle(side, Input::RestartIce),
        Step::FailConnection(side) => world.fail_connection(side),
        Step::FailOperations(side, times) => world.fail_operations(side, times),
        Step::Disconnect(side) if world.sides[side].online => world.disconnect(side),
        Step::Reconnect(side) if !world.sides[side].online => world.reconnect(side),
        Step::Disconnect(_) | Step::Reconnect(_) => {}
        Step::Resumed(side) => world.handle(side, Input::Resumed),
        Step::Reload(side) => world.reload(side),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_script_ends_in_agreement(
        seed in any::<u64>(),
        window in 1..10_usize,
        duplicates in 0..5_usize,
        steps in prop::collection::vec(step(), 1..30),
    ) {
        let mut world = World::new(seed);
        (world.window, world.duplicates) = (window, duplicates);
        world.meet();
        for step in &steps {
            perform(&mut world, step);
        }
        for side in [0, 1] {
            perform(&mut world, &Step::Reconnect(side));
        }
        prop_assert_eq!(world.settle(), Ok(()));
    }
}
