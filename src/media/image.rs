//! What an image is by its content, and the same image smaller.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits};

/// Types that the models of all providers take.
const TAKEN: &[(&str, ImageFormat)] = &[
    ("image/png", ImageFormat::Png),
    ("image/jpeg", ImageFormat::Jpeg),
    ("image/webp", ImageFormat::WebP),
    ("image/gif", ImageFormat::Gif),
];

/// Most memory that an image may take while it is scaled down, in bytes: enough for 60 million pixels.
const MOST_MEMORY: u64 = 256 << 20;

/// Of 100; hardly anybody sees a difference above it.
const JPEG_QUALITY: u8 = 90;

/// Returns the media type of an image by its content; the error says what it is instead.
pub(super) fn media_type(bytes: &[u8]) -> Result<&'static str, String> {
    let found = infer::get(bytes).map(|kind| kind.mime_type());
    let taken = TAKEN.iter().find(|(name, _)| Some(*name) == found);
    taken
        .map(|(name, _)| *name)
        .ok_or_else(|| format!("expected an image in PNG, JPEG, WebP or GIF, found {}", describe(bytes)))
}

/// Returns what a file is, for errors.
pub(super) fn describe(bytes: &[u8]) -> String {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1_000)]).trim_start().to_ascii_lowercase();
    match infer::get(bytes).map(|kind| kind.mime_type()) {
        Some("text/html") => "a web page; does the address need a login?".to_owned(),
        _ if head.starts_with("<!doctype html") || head.starts_with("<html") => {
            "a web page; does the address need a login?".to_owned()
        }
        _ if head.starts_with("<svg") || head.contains("<svg ") => "an SVG drawing".to_owned(),
        Some(media_type) => format!("`{media_type}`"),
        None if std::str::from_utf8(bytes).is_ok() => "a text".to_owned(),
        None => "something of unknown type".to_owned(),
    }
}

/// Returns an image whose longest side has no more than `size` pixels, upright as its camera was held; one that has
/// not more stays as it is.
pub(super) fn scaled(
    bytes: Vec<u8>,
    media_type: &'static str,
    size: u32,
) -> Result<(&'static str, Vec<u8>), String> {
    let format = TAKEN.iter().find(|(name, _)| *name == media_type).map(|(_, format)| *format);
    let Some(format) = format else { return Ok((media_type, bytes)) };
    let fault = |error: image::ImageError| format!("it cannot be scaled down: {error}");
    let mut reader = ImageReader::with_format(Cursor::new(&bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(fault)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) <= size {
        drop(decoder);
        return Ok((media_type, bytes));
    }
    // Decoders hold the limit for their own buffers alone, not for the image that they give.
    if MOST_MEMORY < decoder.total_bytes() {
        return Err(format!(
            "it cannot be scaled down: it has {width} x {height} pixels, which take {} MB of memory; at most {} MB \
             are used",
            decoder.total_bytes() >> 20,
            MOST_MEMORY >> 20,
        ));
    }
    let orientation = decoder.orientation().map_err(fault)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(fault)?;
    image = image.resize(size, size, FilterType::CatmullRom);
    image.apply_orientation(orientation);
    encoded(&image, format).map_err(fault)
}

/// Writes a photo as JPEG, a drawing or what can be seen through as PNG.
fn encoded(image: &DynamicImage, format: ImageFormat) -> Result<(&'static str, Vec<u8>), image::ImageError> {
    let mut bytes = Cursor::new(Vec::new());
    let is_drawing = matches!(format, ImageFormat::Png | ImageFormat::Gif);
    if is_drawing || image.color().has_alpha() && image.pixels().any(|(.., pixel)| pixel.0[3] < u8::MAX) {
        image.write_to(&mut bytes, ImageFormat::Png)?;
        return Ok(("image/png", bytes.into_inner()));
    }
    let image = DynamicImage::ImageRgb8(image.to_rgb8());
    image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY))?;
    Ok(("image/jpeg", bytes.into_inner()))
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let image = RgbImage::from_fn(width, height, |x, _| Rgb([if x < width / 2 { 255 } else { 0 }, 0, 0]));
        DynamicImage::ImageRgb8(image).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// Puts an EXIF block in front, which says how the camera was held.
    fn turned(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let tiff =
            [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[orientation, 0, 0, 0], &[0; 4]];
        let exif = [b"Exif\0\0".as_slice(), &tiff.concat()].concat();
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn an_image_is_what_its_content_says() {
        for (name, format) in TAKEN {
            assert_eq!(media_type(&picture(8, 4, *format)), Ok(*name));
        }
        let check = |bytes: &[u8], expect: &str| {
            let found = media_type(bytes).unwrap_err();
            assert_eq!(found, format!("expected an image in PNG, JPEG, WebP or GIF, found {expect}"));
        };
        check(b"BM\0\0\0\0\0\0\0\0\x36\0\0\0", "`image/bmp`");
        check(b"%PDF-1.7", "`application/pdf`");
        check(b"\n<!DOCTYPE html><html>", "a web page; does the address need a login?");
        check(b"<?xml version='1.0'?><svg xmlns=''/>", "an SVG drawing");
        check(b"not found", "a text");
        check(b"\xfe\x00\xff", "something of unknown type");
    }

    #[test]
    fn a_large_image_is_scaled_to_its_longest_side() {
        let check = |bytes: Vec<u8>, expect: (&str, u32, u32)| {
            let kind = media_type(&bytes).unwrap();
            let (name, bytes) = scaled(bytes, kind, 100).unwrap();
            let (width, height) = image::load_from_memory(&bytes).unwrap().dimensions();
            assert_eq!((name, width, height), expect);
            assert_eq!(media_type(&bytes), Ok(name));
        };
        check(picture(200, 50, ImageFormat::Jpeg), ("image/jpeg", 100, 25));
        check(picture(50, 200, ImageFormat::Png), ("image/png", 25, 100));
        check(picture(200, 50, ImageFormat::WebP), ("image/jpeg", 100, 25));
        check(picture(200, 50, ImageFormat::Gif), ("image/png", 100, 25));
        check(picture(100, 50, ImageFormat::WebP), ("image/webp", 100, 50));
        check(turned(&picture(200, 50, ImageFormat::Jpeg), 6), ("image/jpeg", 25, 100));
        let mut glass = Cursor::new(Vec::new());
        let image = DynamicImage::ImageRgba8(RgbaImage::from_pixel(200, 50, Rgba([0, 0, 0, 9])));
        image.write_to(&mut glass, ImageFormat::WebP).unwrap();
        check(glass.into_inner(), ("image/png", 100, 25));
    }

    #[test]
    fn an_image_stands_upright_after_it_was_scaled() {
        // Its left half is red; held so, that is its top.
        let bytes = turned(&picture(200, 50, ImageFormat::Jpeg), 6);
        let (_, bytes) = scaled(bytes, "image/jpeg", 100).unwrap();
        let image = image::load_from_memory(&bytes).unwrap().to_rgb8();
        assert!(200 < image.get_pixel(12, 10).0[0] && image.get_pixel(12, 90).0[0] < 50);
    }

    #[test]
    fn what_is_broken_or_too_large_is_no_image() {
        let mut broken = picture(200, 50, ImageFormat::Png);
        broken.truncate(60);
        assert!(scaled(broken, "image/png", 100).unwrap_err().starts_with("it cannot be scaled down: "));
        let mut huge = picture(200, 50, ImageFormat::Png);
        huge[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
        // The checksum of the header.
        huge[29..33].copy_from_slice(&[0x6c, 0x12, 0xd1, 0x6e]);
        let error = scaled(huge, "image/png", 100).unwrap_err();
        assert!(error.starts_with("it cannot be scaled down: it has 20000 x 20000 pixels"), "{error}");
    }
}
