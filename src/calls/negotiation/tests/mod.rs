//! Two machines, each on a simulated browser, joined by a simulated network. `browser.rs` keeps the rules of JSEP, `world.rs` is the
//! driver and everything that can go wrong between two drivers; the other files are the tests.

mod browser;
mod by_hand;
mod delivery;
mod glare;
mod loss;
mod recovery;
mod rules;
mod scripts;
mod session;
mod wire;
mod world;

/// SplitMix64 (Steele, Lea and Flood 2014): small, seeded, the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// True once in `times`.
    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}
