use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder as _, Rgb, Rgba, RgbaImage};

use super::*;

/// Red above, blue below; the left tenth is green.
fn flag(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x < width / 10, y < height / 2) {
        (true, _) => Rgb([0, 200, 0]),
        (false, true) => Rgb([220, 0, 0]),
        (false, false) => Rgb([0, 0, 220]),
    })
}

fn file(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn read(files: Encoded) -> [RgbImage; 2] {
    files.into_files().map(|(_, file)| {
        image::load_from_memory_with_format(&file, ImageFormat::WebP)
            .unwrap()
            .into_rgb8()
    })
}

/// Which of the three colours somewhere is nearest.
fn colour(picture: &RgbImage, x: f64, y: f64) -> char {
    let at = |part: f64, all: u32| (part * f64::from(all)) as u32;
    let [red, green, blue] = picture.get_pixel(at(x, picture.width()), at(y, picture.height())).0;
    match [red, green, blue] {
        [r, g, b] if r > 150 && g < 90 && b < 90 => 'r',
        [r, g, b] if g > 130 && r < 90 && b < 90 => 'g',
        [r, g, b] if b > 150 && r < 90 && g < 90 => 'b',
        [r, g, b] if r > 240 && g > 240 && b > 240 => 'w',
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_kind_becomes_two_squares() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let [small, large] = read(encode(&file(&flag(300, 200), format), None).unwrap());
        assert_eq!((small.dimensions(), large.dimensions()), ((96, 96), (512, 512)));
        for picture in [small, large] {
            assert_eq!(colour(&picture, 0.5, 0.2), 'r', "{format:?}");
            assert_eq!(colour(&picture, 0.5, 0.8), 'b', "{format:?}");
            // The middle of it: the green edge is cut away.
            assert_eq!(colour(&picture, 0.02, 0.2), 'r', "{format:?}");
        }
    }
}

#[test]
fn the_part_that_was_chosen_is_kept_and_one_outside_is_refused() {
    let file = file(&flag(300, 200), ImageFormat::Png);
    let part = |x, y, side| Some(Crop { x, y, side });
    let [_, large] = read(encode(&file, part(0, 0, 60)).unwrap());
    assert_eq!((colour(&large, 0.2, 0.5), colour(&large, 0.9, 0.5)), ('g', 'r'));
    for outside in [part(250, 0, 60), part(0, 150, 60), part(0, 0, 201), part(0, 0, 0)] {
        assert_eq!(encode(&file, outside).err(), Some(Unfit::Part));
    }
}

#[test]
fn kinds_are_told_by_content() {
    for (file, kind_of_it) in [
        (&b"\x89PNG\r\n\x1a\n...."[..], Some(ImageFormat::Png)),
        (b"\xff\xd8\xff\xe0....", Some(ImageFormat::Jpeg)),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Some(ImageFormat::WebP)),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"GIF89a........", None),
        (b"BM............", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"<!doctype html>", None),
        (b"PK\x03\x04", None),
        (b" \x89PNG\r\n\x1a\n", None),
        (b"", None),
    ] {
        assert_eq!(kind(file), kind_of_it);
        if kind_of_it.is_none() {
            assert_eq!(encode(file, None).err(), Some(Unfit::Kind));
        } else {
            assert_eq!(encode(file, None).err(), Some(Unfit::Broken));
        }
    }
}

#[test]
fn what_is_cut_off_is_broken() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let whole = file(&flag(300, 200), format);
        for kept in [whole.len() / 2, whole.len() - whole.len() / 8] {
            assert_eq!(
                encode(&whole[..kept], None).err(),
                Some(Unfit::Broken),
                "{format:?}, {kept} bytes"
            );
        }
    }
}

#[test]
fn a_jpeg_is_whole_whatever_lies_in_or_behind_it() {
    let whole = file(&flag(30, 20), ImageFormat::Jpeg);
    assert!(is_whole_jpeg(&whole));
    assert!(is_whole_jpeg(&[&whole[..], b"PK\x03\x04 more"].concat()));
    // A small picture in the metadata, with an end of its own.
    let thumbnail = [
        &[0xff, 0xd8, 0xff, 0xe1, 0, 6][..],
        &[0xff, 0xd9, 0, 0],
        &whole[2..whole.len() - 2],
    ]
    .concat();
    assert!(!is_whole_jpeg(&thumbnail));
    assert!(is_whole_jpeg(&[&thumbnail[..], &[0xff, 0xd9]].concat()));
    for short in [
        &[][..],
        &[0xff, 0xd8],
        &[0xff, 0xd8, 0xff],
        &[0xff, 0xd8, 0xff, 0xd9],
        &[0xff, 0xd8, 0xff, 0xe0, 0xff],
    ] {
        assert!(!is_whole_jpeg(short), "{short:?}");
    }
}

/// A PNG that says that it is as large, and has next to nothing.
fn boast(width: u32, height: u32) -> Vec<u8> {
    let mut file = file(&flag(2, 2), ImageFormat::Png);
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&file[12..29]);
    file[29..33].copy_from_slice(&sum.to_be_bytes());
    file
}

/// The sum of a chunk of PNG (PNG 3rd edition, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

#[test]
fn what_would_fill_the_memory_is_refused_before_it_is_decoded() {
    for (width, height) in [(50_000, 50_000), (16_384, 16_384), (40_000, 10), (10, 40_000)] {
        assert_eq!(
            encode(&boast(width, height), None).err(),
            Some(Unfit::Large),
            "{width} × {height}"
        );
    }
    assert_eq!(encode(&boast(300, 300), None).err(), Some(Unfit::Broken));
    // A real one, of many pixels in few bytes.
    let mut bomb = Cursor::new(Vec::new());
    image::GrayImage::new(8_000, 5_001)
        .write_to(&mut bomb, ImageFormat::Png)
        .unwrap();
    let bomb = bomb.into_inner();
    assert!(bomb.len() < 500_000, "{}", bomb.len());
    assert_eq!(encode(&bomb, None).err(), Some(Unfit::Large));
}

/// A JPEG that says how it is to be turned, and where it was taken.
fn turned(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    exif.extend(b"taken at 40.4168 N 3.7038 W");
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new(&mut file);
    encoder.set_exif_metadata(exif).unwrap();
    let (width, height) = picture.dimensions();
    encoder
        .write_image(picture, width, height, image::ExtendedColorType::Rgb8)
        .unwrap();
    file
}

#[test]
fn pictures_stand_upright_and_say_nothing_of_where_they_were_taken() {
    // What is left once it is turned as its number says, at the left, right, top and bottom: the flag itself is green at its left.
    for (orientation, green) in [
        (1, (0.03, 0.5)),
        (2, (0.97, 0.5)),
        (3, (0.97, 0.5)),
        (6, (0.5, 0.03)),
        (8, (0.5, 0.97)),
    ] {
        let file = turned(&flag(200, 200), orientation);
        assert!(file.windows(8).any(|part| part == b"taken at"));
        let files = encode(&file, None).unwrap().into_files();
        for (size, file) in files {
            assert!(!file.windows(8).any(|part| part == b"taken at"));
            assert!(!file.windows(4).any(|part| part == b"EXIF"));
            let picture = image::load_from_memory(&file).unwrap().into_rgb8();
            assert_eq!(colour(&picture, green.0, green.1), 'g', "{orientation}, {size:?}");
        }
    }
    // Parts are counted in the upright picture, whose sides have changed places.
    let file = turned(&flag(200, 100), 6);
    assert!(
        encode(
            &file,
            Some(Crop {
                x: 0,
                y: 100,
                side: 100
            })
        )
        .is_ok()
    );
    assert_eq!(
        encode(
            &file,
            Some(Crop {
                x: 100,
                y: 0,
                side: 100
            })
        )
        .err(),
        Some(Unfit::Part)
    );
}

#[test]
fn what_hides_behind_a_picture_is_left_behind() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let whole = file(&flag(40, 40), format);
        for hidden in [
            &b"<script>alert(1)</script>"[..],
            b"PK\x03\x04evil.class",
            b"%PDF-1.7 /OpenAction",
        ] {
            let files = encode(&[&whole, hidden].concat(), None).unwrap().into_files();
            for (_, file) in files {
                assert!(file.starts_with(b"RIFF") && &file[8..12] == b"WEBP");
                assert!(!file.windows(4).any(|part| part == &hidden[..4]), "{format:?}");
            }
        }
    }
}

#[test]
fn nothing_is_seen_through_a_picture() {
    let clear = RgbaImage::from_pixel(20, 20, Rgba([0, 0, 0, 0]));
    let mut file = Cursor::new(Vec::new());
    clear.write_to(&mut file, ImageFormat::Png).unwrap();
    let [_, large] = read(encode(&file.into_inner(), None).unwrap());
    assert_eq!(colour(&large, 0.5, 0.5), 'w');
}
