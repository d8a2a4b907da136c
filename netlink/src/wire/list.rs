//! The forms of lists: packed C arrays, nests indexed by position, nests of one id, self-sized records.

use super::codec::{Codec, FixedCodec, Native, exact_bits, wire_bytes};
use super::context::Cx;
use super::encoder::Encoder;
use super::error::{DecodeError, DecodeProblem, EncodeError, EncodeProblem};
use super::layout::{align_up, tail};
use super::schema::{RecordShape, Shape};
use super::value::Value;
use super::view::{ListOf, ListView};
use std::marker::PhantomData;

/// A C array that fills the payload.
#[derive(Clone, Copy, Debug)]
pub struct Packed<C = Native>(PhantomData<C>);

impl<T: Clone, C: FixedCodec<T>> Codec<Vec<T>> for Packed<C> {
    type View<'a> = PackedIter<'a, T, C>;
    const NESTED: bool = false;
    const SHAPE: Shape = Shape::Packed(&C::SHAPE);

    fn decode(bytes: &[u8], cx: Cx<'_>) -> Result<Vec<T>, DecodeError> {
        // In pieces that are whole nothing is asked for each element.
        let items = Self::view(bytes, cx)?.bytes.chunks_exact(C::SIZE);
        Ok(items.map(C::read).collect())
    }

    fn view<'a>(bytes: &'a [u8], _: Cx<'a>) -> Result<Self::View<'a>, DecodeError> {
        // A part of an element cannot be written back, so the whole stays raw.
        if bytes.len() % C::SIZE != 0 {
            return Err(DecodeError::unrepresentable());
        }
        Ok(PackedIter {
            bytes,
            marker: PhantomData,
        })
    }

    fn encode(value: &Vec<T>, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        for (index, item) in value.iter().enumerate() {
            if let Err(error) = C::write(item, out.zeroed(C::SIZE)) {
                out.judge(error.within_item(index))?;
            }
        }
        Ok(())
    }
}

/// The elements of a packed array.
#[derive(Clone, Debug)]
pub struct PackedIter<'a, T, C> {
    bytes: &'a [u8],
    marker: PhantomData<(T, C)>,
}

impl<T, C: FixedCodec<T>> Iterator for PackedIter<'_, T, C> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let item = self.bytes.get(..C::SIZE)?;
        self.bytes = tail(self.bytes, C::SIZE);
        Some(C::read(item))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.bytes.len() / C::SIZE.max(1);
        (left, Some(left))
    }
}

/// A nest whose ids are the positions of the elements, counted from `BASE`. Other ids do not fit.
#[derive(Clone, Copy, Debug)]
pub struct Index<const BASE: u16, C = Native>(PhantomData<C>);

/// A nest whose attributes all have one id. Other ids do not fit.
#[derive(Clone, Copy, Debug)]
pub struct Items<const ID: u16, C = Native>(PhantomData<C>);

macro_rules! nest_list {
    ($list:ident, $param:ident, $shape:expr, |$index:ident| $id:expr) => {
        impl<T: Clone, C: Codec<T>, const $param: u16> Codec<Vec<T>> for $list<$param, C> {
            type View<'a> = ListView<'a, T, C>;
            const NESTED: bool = true;
            const SHAPE: Shape = $shape;

            fn decode(bytes: &[u8], cx: Cx<'_>) -> Result<Vec<T>, DecodeError> {
                let mut list = Vec::new();
                for attr in ListOf::new(bytes, cx.deeper()?) {
                    let ($index, attr) = attr?;
                    if usize::from(attr.id()) != $id {
                        return Err(DecodeError::unrepresentable());
                    }
                    let item = C::decode(attr.payload, cx.deeper()?)
                        .map_err(|error| error.within_item($index, attr.offset))?;
                    list.push(item);
                }
                Ok(list)
            }

            fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<Self::View<'a>, DecodeError> {
                let cx = cx.deeper()?;
                fits(ListOf::new(bytes, cx).map(|attr| {
                    let ($index, attr) = attr?;
                    if usize::from(attr.id()) != $id {
                        return Err(DecodeError::unrepresentable());
                    }
                    C::view(attr.payload, cx.deeper()?)
                }))?;
                Ok(ListView::new(ListOf::new(bytes, cx)))
            }

            fn encode(value: &Vec<T>, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
                for ($index, item) in value.iter().enumerate() {
                    let id = u16::try_from($id).map_err(|_| {
                        EncodeError::new(EncodeProblem::TooLong {
                            most: usize::from(u16::MAX),
                            have: value.len(),
                        })
                    })?;
                    out.attr(id | Encoder::flags(C::NESTED, false), |out| {
                        C::encode(item, out)
                    })
                    .map_err(|error| error.within_item($index))?;
                }
                Ok(())
            }
        }
    };
}

nest_list!(
    Index,
    BASE,
    Shape::Index {
        base: BASE,
        item: &C::SHAPE
    },
    |index| index + usize::from(BASE)
);
nest_list!(
    Items,
    ID,
    Shape::Items {
        id: ID,
        item: &C::SHAPE
    },
    |_index| usize::from(ID)
);

/// Types that hold their own length, counted from the start, without padding.
pub trait Record: Value {
    /// Where the length stands in a record, and in how many bytes.
    const LENGTH: (usize, usize);
    /// To how many bytes each record is padded.
    const ALIGN: usize;
}

/// Records one after the other (`struct rtnexthop`, `struct inet_diag_bc_op`).
#[derive(Clone, Copy, Debug)]
pub struct Records;

impl<T: Record> Codec<Vec<T>> for Records {
    type View<'a> = RecordsIter<'a, T>;
    const NESTED: bool = false;
    const SHAPE: Shape = Shape::Records(RecordShape {
        item: &T::SHAPE,
        length: T::LENGTH,
        align: T::ALIGN,
    });

    fn decode(bytes: &[u8], cx: Cx<'_>) -> Result<Vec<T>, DecodeError> {
        let mut records = RecordsIter::<T>::new(bytes, cx)?;
        let mut list = Vec::new();
        while let Some((index, offset, record)) = records.next_record()? {
            let item =
                T::decode(record, records.cx).map_err(|error| error.within_item(index, offset))?;
            list.push(item);
        }
        Ok(list)
    }

    fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<Self::View<'a>, DecodeError> {
        let records = RecordsIter::new(bytes, cx)?;
        fits(records.clone())?;
        Ok(records)
    }

    fn encode(value: &Vec<T>, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        let (at, size) = T::LENGTH;
        for (index, item) in value.iter().enumerate() {
            let start = out.position();
            item.encode(out).map_err(|error| error.within_item(index))?;
            let have = out.position() - start;
            if have
                .checked_shr(8 * size as u32)
                .is_some_and(|more| more > 0)
            {
                let most = (1 << (8 * size)) - 1;
                let problem = EncodeProblem::TooLong { most, have };
                return Err(EncodeError::new(problem).within_item(index));
            }
            let len = wire_bytes(have as u64, size, false);
            out.patch(start + at, len.get(..size).unwrap_or_default());
            if T::ALIGN > 1 {
                out.pad_from(start);
            }
        }
        Ok(())
    }
}

/// The views of self-sized records.
#[derive(Clone, Debug)]
pub struct RecordsIter<'a, T> {
    rest: &'a [u8],
    offset: usize,
    index: usize,
    cx: Cx<'a>,
    marker: PhantomData<T>,
}

impl<'a, T: Record> RecordsIter<'a, T> {
    fn new(bytes: &'a [u8], cx: Cx<'a>) -> Result<Self, DecodeError> {
        Ok(RecordsIter {
            rest: bytes,
            offset: 0,
            index: 0,
            cx: cx.deeper()?,
            marker: PhantomData,
        })
    }

    fn next_record(&mut self) -> Result<Option<(usize, usize, &'a [u8])>, DecodeError> {
        let (at, size) = T::LENGTH;
        let length = self.rest.get(at..at + size);
        let Some(stated) = length.and_then(|length| exact_bits(length, size, false, false)) else {
            // Fewer bytes than the alignment has are padding.
            if self.rest.len() < T::ALIGN {
                return Ok(None);
            }
            self.rest = &[];
            return Err(DecodeError::unrepresentable());
        };
        let stated = usize::try_from(stated).unwrap_or(usize::MAX);
        let (index, offset, left) = (self.index, self.offset, self.rest.len());
        let record = match self.rest.get(..stated) {
            Some(record) if stated >= at + size => record,
            _ => {
                self.rest = &[];
                return Err(DecodeError::new(DecodeProblem::BadLength { stated, left })
                    .within_item(index, offset));
            }
        };
        let step = align_up(stated, T::ALIGN);
        self.rest = tail(self.rest, step);
        self.offset += step;
        self.index += 1;
        Ok(Some((index, offset, record)))
    }
}

impl<'a, T: Record> Iterator for RecordsIter<'a, T> {
    type Item = Result<T::View<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (index, offset, record) = match self.next_record() {
            Ok(Some(record)) => record,
            Ok(None) => return None,
            Err(error) => return Some(Err(error)),
        };
        Some(T::view(record, self.cx).map_err(|error| error.within_item(index, offset)))
    }
}

/// Whether a list has a typed form: what does not fit comes as an error only if nothing before it is malformed, as when
/// the owned value is decoded, which then keeps the whole list raw.
fn fits<V>(items: impl Iterator<Item = Result<V, DecodeError>>) -> Result<(), DecodeError> {
    let mut errors = items.filter_map(Result::err);
    match errors.next() {
        Some(error) if error.is_unrepresentable() => Err(error),
        _ => Ok(()),
    }
}

/// A nest whose ids are keys of their own: pairs of id and element, in the order they came.
#[derive(Clone, Copy, Debug)]
pub struct Map<C = Native>(PhantomData<C>);

impl<T: Clone, C: Codec<T>> Codec<Vec<(u16, T)>> for Map<C> {
    type View<'a> = MapView<'a, T, C>;
    const NESTED: bool = true;
    const SHAPE: Shape = Shape::Map(&C::SHAPE);

    fn decode(bytes: &[u8], cx: Cx<'_>) -> Result<Vec<(u16, T)>, DecodeError> {
        let mut list = Vec::new();
        for attr in ListOf::new(bytes, cx.deeper()?) {
            let (index, attr) = attr?;
            let item = C::decode(attr.payload, cx.deeper()?)
                .map_err(|error| error.within_item(index, attr.offset))?;
            list.push((attr.id(), item));
        }
        Ok(list)
    }

    fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<Self::View<'a>, DecodeError> {
        let cx = cx.deeper()?;
        let list = ListOf::new(bytes, cx);
        fits(list.clone().map(|attr| C::view(attr?.1.payload, cx)))?;
        Ok(MapView {
            list,
            cx,
            marker: PhantomData,
        })
    }

    fn encode(value: &Vec<(u16, T)>, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        for (index, (id, item)) in value.iter().enumerate() {
            out.attr(id | Encoder::flags(C::NESTED, false), |out| {
                C::encode(item, out)
            })
            .map_err(|error| error.within_item(index))?;
        }
        Ok(())
    }
}

/// The elements of a nest whose ids are keys.
#[derive(Clone, Debug)]
pub struct MapView<'a, T, C> {
    list: ListOf<'a>,
    cx: Cx<'a>,
    marker: PhantomData<(T, C)>,
}

impl<'a, T, C: Codec<T>> Iterator for MapView<'a, T, C> {
    type Item = Result<(u16, C::View<'a>), DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.list.next()? {
            Ok((index, attr)) => C::view(attr.payload, self.cx)
                .map(|view| (attr.id(), view))
                .map_err(|error| error.within_item(index, attr.offset)),
            Err(error) => Err(error),
        })
    }
}
