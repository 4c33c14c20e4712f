//! From whatever somebody sends as their picture to the two files that are kept.
//!
//! What a file is, its content says, not its name or its sender. It is decoded within limits and encoded anew: what is kept holds nothing of what
//! was sent but pixels, so no place, no date, no other file hidden behind the picture.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{
    DynamicImage, GenericImageView as _, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, RgbImage,
};

use crate::kernel::picture::PictureSize;
use crate::profiles::crop::Crop;

/// The longest side, in pixels.
const SIDE_MAX: u32 = 16_384;
/// The most pixels: more than fit into a photograph of [`PICTURE_BYTES_MAX`](crate::profiles::model::PICTURE_BYTES_MAX), and few enough for the memory.
const PIXELS_MAX: u64 = 40_000_000;
/// What a decoder may take, in bytes.
const MEMORY_MAX: u64 = 320 * 1024 * 1024;
/// Of libwebp, from 0 to 100: faces show no loss, and take 20 to 40 kB.
const QUALITY: f32 = 82.0;

/// Why no picture of a person can be made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is none of the kinds that are taken.
    Kind,
    /// It has more pixels than anybody needs.
    Large,
    /// It says that it is a picture and cannot be read as one.
    Broken,
    /// The part that was asked for is not within it.
    Part,
}

/// The same picture in both sizes, as WebP.
pub struct Encoded {
    small: Vec<u8>,
    large: Vec<u8>,
}

impl Encoded {
    /// Each size with its file.
    pub fn into_files(self) -> [(PictureSize, Vec<u8>); 2] {
        [(PictureSize::Small, self.small), (PictureSize::Large, self.large)]
    }
}

/// Makes the two files: of `part`, or of the middle. Takes its time and much memory: not for a thread that serves.
///
/// # Errors
/// Why it cannot be done.
pub fn encode(file: &[u8], part: Option<Crop>) -> Result<Encoded, Unfit> {
    let scaled = |picture: DynamicImage, size: PictureSize| {
        picture.resize_exact(size.pixels(), size.pixels(), FilterType::Lanczos3)
    };
    let large = scaled(
        DynamicImage::ImageRgb8(square(decode(file)?, part)?),
        PictureSize::Large,
    );
    let small = scaled(large.clone(), PictureSize::Small);
    Ok(Encoded {
        small: webp(&small.into_rgb8())?,
        large: webp(&large.into_rgb8())?,
    })
}

/// What a file is by its first bytes, if it is of a kind that is taken.
fn kind(file: &[u8]) -> Option<ImageFormat> {
    match file {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(ImageFormat::Png),
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// Upright. Of a picture that moves, the first.
fn decode(file: &[u8]) -> Result<DynamicImage, Unfit> {
    let kind = kind(file).ok_or(Unfit::Kind)?;
    if kind == ImageFormat::Jpeg && !is_whole_jpeg(file) {
        return Err(Unfit::Broken);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(file), kind);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unfit)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(Unfit::Large);
    }
    let orientation = decoder.orientation().map_err(unfit)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unfit)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn unfit(error: ImageError) -> Unfit {
    match error {
        ImageError::Limits(_) => Unfit::Large,
        _ => Unfit::Broken,
    }
}

/// Whether a JPEG goes on to its end (ITU-T T.81, B.1.1.3). Decoders fill up what is missing with grey, and say nothing.
fn is_whole_jpeg(file: &[u8]) -> bool {
    let mut at = 2;
    // Segments say how long they are, up to where the picture itself begins: a smaller one in the metadata has an end of its own.
    loop {
        let Some([0xff, marker]) = file.get(at..at + 2) else {
            return false;
        };
        match marker {
            // Fill bytes, and markers without a length.
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            // Nothing was shown before the end.
            0xd9 => return false,
            0xda => break,
            _ => match file.get(at + 2..at + 4) {
                Some(&[high, low]) => at += 2 + usize::from(u16::from_be_bytes([high, low])),
                _ => return false,
            },
        }
    }
    // Within the picture 0xff is followed by what makes it no marker.
    file.get(at..)
        .is_some_and(|rest| rest.windows(2).any(|pair| pair == [0xff, 0xd9]))
}

/// The part, without transparency: what lies behind a picture is not to be seen through it.
fn square(picture: DynamicImage, part: Option<Crop>) -> Result<RgbImage, Unfit> {
    let (width, height) = picture.dimensions();
    let part = part.unwrap_or_else(|| Crop::middle(width, height));
    if !part.fits(width, height) {
        return Err(Unfit::Part);
    }
    let part = picture.crop_imm(part.x, part.y, part.side, part.side);
    drop(picture);
    if !part.color().has_alpha() {
        return Ok(part.into_rgb8());
    }
    let part = part.into_rgba8();
    Ok(RgbImage::from_fn(part.width(), part.height(), |x, y| {
        let [red, green, blue, alpha] = part.get_pixel(x, y).0;
        let alpha = u16::from(alpha);
        // Over white.
        let over =
            |channel: u8| u8::try_from((u16::from(channel) * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        image::Rgb([over(red), over(green), over(blue)])
    }))
}

fn webp(picture: &RgbImage) -> Result<Vec<u8>, Unfit> {
    webp::Encoder::from_rgb(picture, picture.width(), picture.height())
        .encode_simple(false, QUALITY)
        .map(|file| file.to_vec())
        .map_err(|error| {
            tracing::error!(?error, "a picture could not be encoded");
            Unfit::Broken
        })
}

#[cfg(test)]
mod tests;
