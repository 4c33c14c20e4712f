//! Words to read to each other: short, English whatever the language of the page (both have to see the same), and none easily taken for another.

use super::hex::Bytes32;

/// How many words are shown. Each stands for a byte: four are 32 bits, and who guesses is right once in four billion times.
pub const COUNT: usize = 4;

/// The words of a digest.
pub fn of(digest: Bytes32) -> [&'static str; COUNT] {
    std::array::from_fn(|place| WORDS[usize::from(digest.0[place])])
}

/// A word for each byte. Part of the protocol: never changed.
#[rustfmt::skip]
const WORDS: [&str; 256] = [
    "acorn", "album", "almond", "amber", "anchor", "apple", "april", "apron", "arrow", "atlas", "attic", "autumn",
    "badge", "bagel", "bakery", "banana", "banjo", "barrel", "basket", "beaver", "bench", "berry", "bicycle",
    "biscuit", "blanket", "blossom", "bonfire", "bottle", "bracket", "bread", "bridge", "bronze", "brush", "bucket",
    "buffalo", "bugle", "butter", "cabin", "cactus", "camel", "canal", "candle", "canoe", "carpet", "carrot",
    "castle", "catalog", "cedar", "cello", "chalk", "cherry", "chimney", "cinema", "circus", "clock", "clover",
    "coconut", "coffee", "comet", "compass", "cookie", "copper", "coral", "cotton", "cradle", "crayon", "cricket",
    "crystal", "cushion", "dagger", "daisy", "dancer", "desert", "diamond", "dinner", "doctor", "dolphin", "donkey",
    "dragon", "drawer", "drum", "eagle", "echo", "elbow", "emerald", "engine", "evening", "fabric", "falcon",
    "farmer", "feather", "ferry", "fiddle", "finger", "flute", "forest", "fossil", "fridge", "frog", "funnel",
    "galaxy", "garden", "garlic", "gazelle", "ginger", "giraffe", "glacier", "gondola", "guitar", "hammer",
    "helmet", "heron", "hockey", "honey", "horizon", "hotel", "hunter", "iceberg", "igloo", "indigo", "iron",
    "island", "ivory", "jacket", "jaguar", "jasmine", "jewel", "jigsaw", "jungle", "kayak", "kettle", "kitchen",
    "kiwi", "koala", "ladder", "lagoon", "lantern", "laptop", "lemon", "letter", "library", "lily", "lizard",
    "lobster", "locket", "lotus", "magnet", "mango", "maple", "marble", "market", "meadow", "mermaid", "milk",
    "mirror", "monkey", "mosaic", "museum", "mustard", "napkin", "needle", "north", "nugget", "nurse", "oasis",
    "ocean", "octopus", "olive", "onion", "opera", "orange", "orchid", "otter", "oven", "oyster", "panda", "paper",
    "parrot", "pepper", "piano", "pickle", "pigeon", "pillow", "planet", "pocket", "pony", "potato", "pretzel",
    "pumpkin", "puppet", "pyramid", "quartz", "quilt", "rabbit", "radio", "raisin", "ribbon", "river", "robin",
    "rocket", "rubber", "ruby", "saddle", "salmon", "scarf", "school", "scooter", "seagull", "shadow", "sheriff",
    "silver", "singer", "spider", "spinach", "statue", "sugar", "summer", "sunset", "swan", "table", "tango",
    "teapot", "tennis", "ticket", "tiger", "timber", "toast", "tomato", "tower", "tractor", "trumpet", "tulip",
    "tunnel", "turtle", "uncle", "valley", "vanilla", "velvet", "violin", "volcano", "waffle", "wagon", "walnut",
    "water", "weasel", "whale", "willow", "window", "winter", "wizard", "wolf", "yacht", "yogurt", "zebra",
    "zigzag", "zinc",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn words_are_short_and_begin_differently() {
        for word in WORDS {
            assert!((3..=7).contains(&word.len()), "{word}");
            assert!(word.bytes().all(|letter| letter.is_ascii_lowercase()), "{word}");
        }
        let beginnings: BTreeSet<&str> = WORDS.iter().map(|word| word.get(..4).unwrap_or(word)).collect();
        assert_eq!(beginnings.len(), WORDS.len());
    }

    #[test]
    fn each_of_the_first_bytes_has_its_word() {
        let mut digest = [0_u8; 32];
        let first = of(Bytes32(digest));
        for place in 0..COUNT {
            digest[place] = 255;
            let words = of(Bytes32(digest));
            assert_ne!(words[place], first[place]);
            digest[place] = 0;
        }
        digest[COUNT] = 255;
        assert_eq!(of(Bytes32(digest)), first);
    }
}
