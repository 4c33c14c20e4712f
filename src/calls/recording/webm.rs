//! How long a recording is, written into its beginning: browsers write a file while it grows, and leave that out, so that players would show no length.
//!
//! The beginning of a WebM file (RFC 8794, RFC 9559) is its header and a segment of unknown size, which holds, before the first cluster, the element
//! `Info`. Whatever else is found is left as it is.

const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_A966;
const CLUSTER: u32 = 0x1F43_B675;
const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
const DURATION: u32 = 0x4489;
/// Nanoseconds of a tick where `TimestampScale` does not say otherwise.
const DEFAULT_SCALE: u64 = 1_000_000;

/// An element: what it is, and where its content stands.
struct Element {
    id: u32,
    start: usize,
    /// `None` for one that ends where the next begins.
    size: Option<usize>,
}

/// The beginning of the file with its length in it; `None` where it says so already, or is not understood.
pub fn with_duration(beginning: &[u8], seconds: f64) -> Option<Vec<u8>> {
    let header = element(beginning, 0)?;
    let segment = element(beginning, header.start.checked_add(header.size?)?)?;
    // Inside of a known size nothing can be put in.
    if segment.id != SEGMENT || segment.size.is_some() {
        return None;
    }
    let mut at = segment.start;
    loop {
        let found = element(beginning, at)?;
        let end = found.start.checked_add(found.size?)?;
        match found.id {
            INFO => {
                let content = beginning.get(found.start..end)?;
                let info = longer(content, seconds)?;
                let mut whole = beginning.get(..at)?.to_vec();
                whole.extend(INFO.to_be_bytes());
                // The size in eight bytes, the first of which says so.
                whole.extend((u64::try_from(info.len()).ok()? | 1 << 56).to_be_bytes());
                whole.extend(info);
                whole.extend(beginning.get(end..)?);
                return Some(whole);
            }
            CLUSTER => return None,
            _ => at = end,
        }
    }
}

/// The content of `Info` with the duration at its end.
fn longer(content: &[u8], seconds: f64) -> Option<Vec<u8>> {
    let mut scale = DEFAULT_SCALE;
    let mut at = 0;
    while at < content.len() {
        let found = element(content, at)?;
        at = found.start.checked_add(found.size?)?;
        let value = content.get(found.start..at)?;
        match found.id {
            DURATION => return None,
            TIMESTAMP_SCALE => scale = value.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
            _ => {}
        }
    }
    if scale == 0 {
        return None;
    }
    let ticks = seconds * 1e9 / scale as f64;
    let mut info = content.to_vec();
    info.extend([0x44, 0x89, 0x88]);
    info.extend(ticks.to_be_bytes());
    Some(info)
}

/// The element that begins at `at`.
fn element(bytes: &[u8], at: usize) -> Option<Element> {
    let (id, start) = number(bytes, at, true)?;
    let (size, content) = number(bytes, start, false)?;
    let is_unknown = size == (1 << (7 * (content - start))) - 1;
    Some(Element {
        id: u32::try_from(id).ok()?,
        start: content,
        size: if is_unknown {
            None
        } else {
            Some(usize::try_from(size).ok()?)
        },
    })
}

/// A number of variable length (RFC 8794 §4) and where it ends. An id keeps the bit that marks its length.
fn number(bytes: &[u8], at: usize, keeps_marker: bool) -> Option<(u64, usize)> {
    let first = *bytes.get(at)?;
    let length = first.leading_zeros() as usize + 1;
    if length > 8 {
        return None;
    }
    let value = bytes
        .get(at..at.checked_add(length)?)?
        .iter()
        .fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
    let marker = 1 << (7 * length);
    Some((if keeps_marker { value } else { value & !marker }, at + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = &[0x1A, 0x45, 0xDF, 0xA3, 0x84, 0x42, 0x86, 0x81, 0x01];
    const OPEN_SEGMENT: &[u8] = &[0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    const CLUSTERS: &[u8] = &[0x1F, 0x43, 0xB6, 0x75, 0xFF, 0xE7, 0x81, 0x00];

    fn file(segment: &[u8], info: &[u8]) -> Vec<u8> {
        let mut whole = [HEADER, segment, &[0xEC, 0x81, 0x00], &[0x15, 0x49, 0xA9, 0x66]].concat();
        whole.push(0x80 | info.len() as u8);
        [whole, info.to_vec(), CLUSTERS.to_vec()].concat()
    }

    /// The duration in a file, in ticks.
    fn duration(file: &[u8]) -> Option<f64> {
        let header = element(file, 0)?;
        let mut at = element(file, header.start + header.size?)?.start;
        loop {
            let found = element(file, at)?;
            at = found.start + found.size?;
            if found.id == INFO {
                let mut inside = found.start;
                while inside < at {
                    let one = element(file, inside)?;
                    inside = one.start + one.size?;
                    if one.id == DURATION {
                        return Some(f64::from_be_bytes(file[one.start..inside].try_into().ok()?));
                    }
                }
                return None;
            }
        }
    }

    #[test]
    fn the_length_is_written_in_and_the_rest_stays() {
        let milliseconds = file(OPEN_SEGMENT, &[0x2A, 0xD7, 0xB1, 0x83, 0x0F, 0x42, 0x40]);
        let whole = with_duration(&milliseconds, 12.5).unwrap();
        assert_eq!(duration(&whole), Some(12_500.0));
        assert!(whole.ends_with(CLUSTERS) && whole.starts_with(HEADER));
        assert_eq!(whole.len(), milliseconds.len() + 11 + 7);
        // Without a scale a tick is a millisecond; with another, another.
        assert_eq!(
            duration(&with_duration(&file(OPEN_SEGMENT, &[]), 2.0).unwrap()),
            Some(2_000.0)
        );
        let microseconds = file(OPEN_SEGMENT, &[0x2A, 0xD7, 0xB1, 0x82, 0x03, 0xE8]);
        assert_eq!(duration(&with_duration(&microseconds, 2.0).unwrap()), Some(2_000_000.0));
    }

    #[test]
    fn what_has_a_length_or_is_something_else_stays_as_it_is() {
        let good = file(OPEN_SEGMENT, &[]);
        let long = with_duration(&good, 1.0).unwrap();
        assert_eq!(with_duration(&long, 2.0), None);
        assert_eq!(
            with_duration(&file(&[0x18, 0x53, 0x80, 0x67, 0x90], &[]), 1.0),
            None,
            "a segment of known size"
        );
        assert_eq!(with_duration(b"\0\0\0\x20ftypisom", 1.0), None);
        let mut no_info = [HEADER, OPEN_SEGMENT, CLUSTERS].concat();
        assert_eq!(with_duration(&no_info, 1.0), None);
        no_info.clear();
        for length in 0..good.len() - CLUSTERS.len() {
            assert_eq!(with_duration(&good[..length], 1.0), None, "cut off at {length}");
        }
        let scale_of_nothing = file(OPEN_SEGMENT, &[0x2A, 0xD7, 0xB1, 0x81, 0x00]);
        assert_eq!(with_duration(&scale_of_nothing, 1.0), None);
    }
}
