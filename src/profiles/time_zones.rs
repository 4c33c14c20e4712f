//! Time zones: a list to choose from, and the shape that any other name must have.
//!
//! The names are those of the IANA time zone database. The list is for people who choose by hand; a browser may report any name
//! of the database, so [`has_zone_shape`] accepts all of them, and whether a name exists is asked of the database on the server.

/// The zones that are offered, sorted, so that each region stands together: at least one for each offset and rule that many
/// people live by.
#[rustfmt::skip] // one name a line would hide the regions
pub static TIME_ZONES: &[&str] = &[
    "Africa/Abidjan", "Africa/Accra", "Africa/Addis_Ababa", "Africa/Algiers", "Africa/Cairo", "Africa/Casablanca", "Africa/Dakar",
    "Africa/Dar_es_Salaam", "Africa/Johannesburg", "Africa/Kampala", "Africa/Khartoum", "Africa/Kigali", "Africa/Kinshasa",
    "Africa/Lagos", "Africa/Luanda", "Africa/Maputo", "Africa/Nairobi", "Africa/Tripoli", "Africa/Tunis", "Africa/Windhoek",
    "America/Anchorage", "America/Argentina/Buenos_Aires", "America/Argentina/Cordoba", "America/Asuncion", "America/Bogota",
    "America/Caracas", "America/Chicago", "America/Costa_Rica", "America/Denver", "America/Edmonton", "America/El_Salvador",
    "America/Fortaleza", "America/Guatemala", "America/Guayaquil", "America/Halifax", "America/Havana", "America/Jamaica",
    "America/La_Paz", "America/Lima", "America/Los_Angeles", "America/Managua", "America/Manaus", "America/Mexico_City",
    "America/Monterrey", "America/Montevideo", "America/New_York", "America/Nuuk", "America/Panama", "America/Phoenix",
    "America/Port-au-Prince", "America/Puerto_Rico", "America/Recife", "America/Regina", "America/Santiago",
    "America/Santo_Domingo", "America/Sao_Paulo", "America/St_Johns", "America/Tegucigalpa", "America/Tijuana", "America/Toronto",
    "America/Vancouver", "America/Winnipeg",
    "Asia/Almaty", "Asia/Amman", "Asia/Baghdad", "Asia/Bahrain", "Asia/Baku", "Asia/Bangkok", "Asia/Beirut", "Asia/Bishkek",
    "Asia/Colombo", "Asia/Damascus", "Asia/Dhaka", "Asia/Dubai", "Asia/Gaza", "Asia/Ho_Chi_Minh", "Asia/Hong_Kong", "Asia/Irkutsk",
    "Asia/Jakarta", "Asia/Jerusalem", "Asia/Kabul", "Asia/Karachi", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Krasnoyarsk",
    "Asia/Kuala_Lumpur", "Asia/Kuwait", "Asia/Macau", "Asia/Makassar", "Asia/Manila", "Asia/Muscat", "Asia/Novosibirsk",
    "Asia/Omsk", "Asia/Phnom_Penh", "Asia/Qatar", "Asia/Riyadh", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Taipei",
    "Asia/Tashkent", "Asia/Tbilisi", "Asia/Tehran", "Asia/Tokyo", "Asia/Ulaanbaatar", "Asia/Urumqi", "Asia/Vientiane",
    "Asia/Vladivostok", "Asia/Yangon", "Asia/Yekaterinburg", "Asia/Yerevan",
    "Atlantic/Azores", "Atlantic/Canary", "Atlantic/Cape_Verde", "Atlantic/Madeira", "Atlantic/Reykjavik",
    "Australia/Adelaide", "Australia/Brisbane", "Australia/Darwin", "Australia/Hobart", "Australia/Melbourne", "Australia/Perth",
    "Australia/Sydney",
    "Europe/Amsterdam", "Europe/Athens", "Europe/Belgrade", "Europe/Berlin", "Europe/Bratislava", "Europe/Brussels",
    "Europe/Bucharest", "Europe/Budapest", "Europe/Chisinau", "Europe/Copenhagen", "Europe/Dublin", "Europe/Helsinki",
    "Europe/Istanbul", "Europe/Kaliningrad", "Europe/Kyiv", "Europe/Lisbon", "Europe/Ljubljana", "Europe/London",
    "Europe/Luxembourg", "Europe/Madrid", "Europe/Malta", "Europe/Minsk", "Europe/Moscow", "Europe/Oslo", "Europe/Paris",
    "Europe/Prague", "Europe/Riga", "Europe/Rome", "Europe/Samara", "Europe/Sarajevo", "Europe/Skopje", "Europe/Sofia",
    "Europe/Stockholm", "Europe/Tallinn", "Europe/Tirane", "Europe/Vienna", "Europe/Vilnius", "Europe/Warsaw", "Europe/Zagreb",
    "Europe/Zurich",
    "Indian/Antananarivo", "Indian/Mauritius", "Indian/Reunion",
    "Pacific/Apia", "Pacific/Auckland", "Pacific/Fiji", "Pacific/Guam", "Pacific/Honolulu", "Pacific/Noumea",
    "Pacific/Port_Moresby", "Pacific/Tahiti", "Pacific/Tongatapu",
    "UTC",
];

/// The longest name that is accepted, in bytes; the longest in the database has 32.
pub const MAX_ZONE_BYTES: usize = 64;

/// Names that browsers still report for zones that the database has renamed, and the present name.
const RENAMED: &[(&str, &str)] = &[
    ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("America/Cordoba", "America/Argentina/Cordoba"),
    ("America/Godthab", "America/Nuuk"),
    ("Asia/Calcutta", "Asia/Kolkata"),
    ("Asia/Katmandu", "Asia/Kathmandu"),
    ("Asia/Rangoon", "Asia/Yangon"),
    ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
    ("Etc/UTC", "UTC"),
    ("Europe/Kiev", "Europe/Kyiv"),
];

/// The present name of a zone, where the given one is outdated and offered under another; else the given one.
pub fn present_name(zone: &str) -> &str {
    RENAMED
        .iter()
        .find(|(old, _)| *old == zone)
        .map_or(zone, |(_, present)| present)
}

/// Whether the text could be a name of the IANA database: parts of ASCII letters, digits, `_`, `-` and `+`, each beginning with
/// a letter, joined by single slashes. Such a text is safe to look up even where the database is a folder of files.
pub fn has_zone_shape(name: &str) -> bool {
    name.len() <= MAX_ZONE_BYTES
        && name.split('/').all(|part| {
            part.starts_with(|first: char| first.is_ascii_alphabetic())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+'))
        })
}

/// What to offer to a person whose zone is `current`: the list, with `current` at its place even if the list lacks it.
pub fn zones_with(current: &str) -> Vec<&str> {
    let mut zones = TIME_ZONES.to_vec();
    if let (true, Err(place)) = (has_zone_shape(current), zones.binary_search(&current)) {
        zones.insert(place, current);
    }
    zones
}

/// The first part of the name, to group by: "America" of `America/Argentina/Buenos_Aires`.
pub fn region(zone: &str) -> &str {
    zone.split_once('/').map_or(zone, |(region, _)| region)
}

/// The place as people read it: "Argentina, Buenos Aires" of `America/Argentina/Buenos_Aires`.
pub fn place(zone: &str) -> String {
    zone.split_once('/')
        .map_or(zone, |(_, place)| place)
        .replace('/', ", ")
        .replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_without_repetition_and_of_the_right_shape() {
        assert!(TIME_ZONES.len() >= 100);
        for pair in TIME_ZONES.windows(2) {
            assert!(pair[0] < pair[1], "{} before {}", pair[0], pair[1]);
        }
        for zone in TIME_ZONES {
            assert!(has_zone_shape(zone), "{zone}");
        }
    }

    #[test]
    #[cfg(feature = "ssr")] // the database is with the server only
    fn the_database_knows_every_zone_and_gives_old_and_present_names_the_same_rules() {
        let found = |zone: &str| jiff::tz::TimeZone::get(zone).unwrap_or_else(|error| panic!("{zone}: {error}"));
        for zone in TIME_ZONES {
            found(zone);
        }
        for month in 1..=12 {
            let moment = jiff::civil::date(2025, month, 15)
                .at(12, 0, 0, 0)
                .in_tz("UTC")
                .unwrap()
                .timestamp();
            for (old, present) in RENAMED {
                assert_eq!(
                    found(old).to_offset(moment),
                    found(present).to_offset(moment),
                    "{old} and {present}"
                );
            }
        }
    }

    #[test]
    fn any_name_of_the_database_is_accepted() {
        for name in [
            "UTC",
            "Etc/GMT+12",
            "EST5EDT",
            "America/Port-au-Prince",
            "America/North_Dakota/New_Salem",
            "Antarctica/DumontDUrville",
            "GMT0",
        ] {
            assert!(has_zone_shape(name), "{name}");
        }
    }

    #[test]
    fn what_no_zone_looks_like_is_refused() {
        let long = format!("Europe/{}", "a".repeat(58));
        for wrong in [
            "",
            "/",
            "/etc/passwd",
            "Europe/",
            "Europe//Madrid",
            "../UTC",
            "Europe/../UTC",
            "Europe/Madrid ",
            "Europe/Mádrid",
            "+02:00",
            "5",
            "A\\B",
            "A\0",
            &long,
        ] {
            assert!(!has_zone_shape(wrong), "{wrong:?}");
        }
        assert!(has_zone_shape(&long[..64]));
    }

    #[test]
    fn a_zone_that_is_not_offered_can_stay_chosen() {
        assert_eq!(zones_with("Europe/Madrid"), TIME_ZONES);
        let zones = zones_with("Europe/Monaco");
        assert_eq!(zones.len(), TIME_ZONES.len() + 1);
        assert!(zones.is_sorted() && zones.contains(&"Europe/Monaco"));
        assert_eq!(zones_with("not a zone"), TIME_ZONES);
        assert_eq!(zones_with(""), TIME_ZONES);
    }

    #[test]
    fn outdated_names_lead_to_offered_ones() {
        for (old, present) in RENAMED {
            assert_eq!(present_name(old), *present);
            assert!(TIME_ZONES.contains(present) && !TIME_ZONES.contains(old), "{old}");
        }
        assert_eq!(present_name("Europe/Monaco"), "Europe/Monaco");
    }

    #[test]
    fn names_are_taken_apart_for_people() {
        let zone = "America/Argentina/Buenos_Aires";
        assert_eq!(
            (region(zone), place(zone).as_str()),
            ("America", "Argentina, Buenos Aires")
        );
        assert_eq!((region("UTC"), place("UTC").as_str()), ("UTC", "UTC"));
    }
}
