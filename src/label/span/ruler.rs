//! Counting along a long text: how many characters stand before a byte, and back.

/// How far the marks of a ruler are apart, in bytes.
const STRIDE: usize = 1024;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Unicode code points, as `Text` and `HyperText` count.
    CodePoint,
    /// UTF-16 units, as `Paragraphs` counts.
    Utf16,
}

/// Marks along one text, so that no place in it is counted from its start.
#[derive(Debug)]
pub struct Ruler {
    /// What begins before each mark, in code points and UTF-16 units; the first mark is the start, the last is the end.
    marks: Vec<[usize; 2]>,
}

impl Unit {
    /// Returns how many units begin in bytes of UTF-8.
    pub(super) fn count(self, bytes: &[u8]) -> usize {
        bytes.iter().map(|&byte| self.length(byte)).sum()
    }

    /// Returns how many units begin at a byte of UTF-8.
    fn length(self, byte: u8) -> usize {
        /// Four bytes in UTF-8, of which this is the least first one, are two units in UTF-16; fewer are one.
        const FIRST_OF_FOUR: u8 = 0xF0;
        let is_first = byte & 0b1100_0000 != 0b1000_0000;
        let is_pair = self == Self::Utf16 && FIRST_OF_FOUR <= byte;
        usize::from(is_first) + usize::from(is_pair)
    }
}

impl Ruler {
    /// Puts marks along a text, which all other calls must be given again.
    pub fn new(text: &str) -> Self {
        let mut counted = [0, 0];
        let mut marks = vec![counted];
        for stride in text.as_bytes().chunks(STRIDE) {
            counted[0] += Unit::CodePoint.count(stride);
            counted[1] += Unit::Utf16.count(stride);
            marks.push(counted);
        }
        Self { marks }
    }

    /// Returns how many units of the text begin before a byte of it, or before its end.
    pub fn count(&self, text: &str, unit: Unit, byte: usize) -> usize {
        let byte = byte.min(text.len());
        let mark = byte / STRIDE;
        self.marks[mark][unit as usize] + unit.count(&text.as_bytes()[mark * STRIDE..byte])
    }

    /// Returns the byte of the text at which a unit begins, which may be its end; `None` within a character and behind the
    /// end.
    pub fn byte(&self, text: &str, unit: Unit, count: usize) -> Option<usize> {
        let mark = self.marks.partition_point(|mark| mark[unit as usize] <= count).saturating_sub(1);
        let mut passed = self.marks[mark][unit as usize];
        let rest = (mark * STRIDE).min(text.len())..=text.len();
        for byte in rest.filter(|&byte| text.is_char_boundary(byte)) {
            if count <= passed {
                return (count == passed).then_some(byte);
            }
            passed += text.as_bytes().get(byte).map_or(0, |first| unit.length(*first));
        }
        None
    }
}
