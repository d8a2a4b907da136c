//! The fixed members of a struct, or of the header in front of attributes: offsets, reading, writing, schema.

use crate::field::ident;
use crate::nl::{Hidden, Nl, c_name};
use crate::select::By;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Result, Type};

/// A slot of the C struct.
enum Slot<'a> {
    Pad(&'a syn::Expr),
    /// The record's own length.
    Length(&'a Type),
    Count {
        of: &'a [Ident],
        repr: &'a Type,
        unit: &'a Ident,
        bias: TokenStream,
    },
    Field(Member<'a>),
}

pub(crate) struct Member<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) c_name: String,
    codec: TokenStream,
    by: Option<&'a By>,
    by_c: Option<&'a LitStr>,
    /// The tails it counts where it is positive.
    counts: &'a [Ident],
    bits: Option<Bits<'a>>,
}

/// A bitfield.
struct Bits<'a> {
    width: &'a syn::LitInt,
    /// The bitfield before it whose storage it shares if both fit: its slot and width.
    after: Option<(usize, &'a syn::LitInt)>,
}

/// What counts a tail.
pub(crate) struct Count {
    /// An expression for the number.
    pub(crate) number: TokenStream,
    /// `items`, `bytes` or `bits`.
    pub(crate) unit: String,
    pub(crate) bias: TokenStream,
}

/// All fixed members with their offsets.
pub(crate) struct Header<'a> {
    slots: Vec<Slot<'a>>,
    /// Members follow each other without padding.
    pub(crate) packed: bool,
    pad_end: Option<&'a syn::Expr>,
}

pub(crate) const MEMBER_KEYS: &[&str] = &[
    "pad", "length", "count", "counts", "as", "bits", "by", "by_c",
];

/// The constant with the bytes of a tail's element, for counts of bits or bytes.
pub(crate) fn each(tail: &Ident) -> Ident {
    format_ident!(
        "__EACH_{}",
        tail.to_string().trim_start_matches("r#").to_uppercase()
    )
}

/// The constant with the first bit of a bitfield in its storage.
fn first_bit(index: usize) -> Ident {
    format_ident!("__BIT{index}")
}

fn constant(index: usize) -> Ident {
    format_ident!("__AT{index}")
}

impl<'a> Header<'a> {
    pub(crate) fn new(pad_end: Option<&'a syn::Expr>) -> Self {
        Header {
            slots: Vec::new(),
            packed: false,
            pad_end,
        }
    }

    /// Adds the hidden members before a field.
    pub(crate) fn hidden(&mut self, nl: &'a Nl) {
        for hidden in &nl.hidden {
            self.slots.push(match hidden {
                Hidden::Pad(len) => Slot::Pad(len),
                Hidden::Length(repr) => Slot::Length(repr),
                Hidden::Count {
                    of,
                    repr,
                    unit,
                    bias,
                } => Slot::Count {
                    of,
                    repr,
                    unit,
                    bias: bias.as_ref().map_or(quote!(0), |bias| quote!(#bias)),
                },
            });
        }
    }

    pub(crate) fn field(&mut self, field: &'a syn::Field, nl: &'a Nl) -> Result<()> {
        self.hidden(nl);
        let name = ident(field)?;
        let bits = match &nl.bits {
            None => None,
            Some(width) => {
                for key in ["as", "by", "counts"] {
                    if nl.has(key) {
                        return Err(syn::Error::new(
                            nl.key_span(key),
                            format!("`{key}` does not apply to a bitfield"),
                        ));
                    }
                }
                // Bitfields of one width share storage as long as they fit.
                let after = match self.slots.last() {
                    Some(Slot::Field(Member {
                        bits: Some(before), ..
                    })) if nl.hidden.is_empty() => Some((self.slots.len() - 1, before.width)),
                    _ => None,
                };
                Some(Bits { width, after })
            }
        };
        if let Some(tail) = nl.counts.first().filter(|_| nl.has("as")) {
            return Err(syn::Error::new(
                tail.span(),
                "a member that counts is an integer as it is: leave out `as`",
            ));
        }
        let codec = match &nl.as_ {
            Some(codec) => quote!(#codec),
            None => quote_spanned!(field.ty.span()=> ::netlink::wire::Native),
        };
        self.slots.push(Slot::Field(Member {
            name,
            ty: &field.ty,
            c_name: c_name(&field.attrs, &name.to_string()),
            codec,
            by: nl.by.as_ref(),
            by_c: nl.by_c.as_ref(),
            counts: &nl.counts,
            bits,
        }));
        Ok(())
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &Member<'a>> {
        self.slots.iter().filter_map(|slot| match slot {
            Slot::Field(member) => Some(member),
            _ => None,
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(crate) fn member(&self, name: &Ident) -> Option<&Member<'a>> {
        self.members().find(|member| member.name == name)
    }

    pub(crate) fn has_member(&self, name: &Ident) -> bool {
        self.member(name).is_some()
    }

    /// The C names that lead to a selector.
    pub(crate) fn path_to(&self, by: &By, by_c: Option<&LitStr>) -> Vec<String> {
        let member = self.member(&by.base);
        let first = member.map_or_else(|| by.base.to_string(), |member| member.c_name.clone());
        std::iter::once(first).chain(by.names(by_c)).collect()
    }

    /// What makes the owner a record, if a member is its length.
    pub(crate) fn record(&self, owner: &Ident, align: usize) -> Option<TokenStream> {
        let mut slots = self.slots.iter().enumerate();
        let (index, repr) = slots.find_map(|(index, slot)| match slot {
            Slot::Length(repr) => Some((index, repr)),
            _ => None,
        })?;
        let at = constant(index);
        Some(quote! {
            #[automatically_derived]
            impl ::netlink::wire::Record for #owner {
                const LENGTH: (usize, usize) =
                    (Self::#at, <#repr as ::netlink::wire::Layout>::SIZE);
                const ALIGN: usize = #align;
            }
        })
    }

    /// The names of hidden counts' targets.
    pub(crate) fn counted(&self) -> impl Iterator<Item = &Ident> {
        self.slots.iter().flat_map(|slot| match slot {
            Slot::Count { of, .. } => of.iter(),
            Slot::Field(member) => member.counts.iter(),
            _ => [].iter(),
        })
    }

    fn size_align(slot: &Slot<'_>) -> (TokenStream, TokenStream) {
        match slot {
            Slot::Pad(len) => (quote!(#len), quote!(1)),
            Slot::Length(repr) | Slot::Count { repr, .. } => (
                quote!(<#repr as ::netlink::wire::Layout>::SIZE),
                quote!(<#repr as ::netlink::wire::Layout>::ALIGN),
            ),
            Slot::Field(Member {
                ty, by: Some(_), ..
            }) => (
                quote!(<#ty as ::netlink::wire::FixedKind>::SIZE),
                quote!(<#ty as ::netlink::wire::FixedKind>::ALIGN),
            ),
            Slot::Field(Member { ty, codec, .. }) => (
                quote!(<#codec as ::netlink::wire::FixedCodec<#ty>>::SIZE),
                quote!(<#codec as ::netlink::wire::FixedCodec<#ty>>::ALIGN),
            ),
        }
    }

    /// Offsets as constants, then `__END` (after the last member), `__ALIGN` and `__SIZE` (what `sizeof` says).
    pub(crate) fn constants(&self) -> TokenStream {
        let mut items = Vec::new();
        let mut end = quote!(0);
        let mut align = quote!(1);
        for (index, slot) in self.slots.iter().enumerate() {
            let at = constant(index);
            let (size, mut slot_align) = Self::size_align(slot);
            if self.packed {
                slot_align = quote!(1);
            }
            let aligned = quote!(::netlink::wire::align_up(#end, #slot_align));
            let Slot::Field(Member {
                bits: Some(Bits { width, after }),
                ..
            }) = slot
            else {
                items.push(quote!(const #at: usize = #aligned;));
                end = quote!(Self::#at + #size);
                align = quote!(::netlink::wire::private::larger(#slot_align, #align));
                continue;
            };
            let bit = first_bit(index);
            let span = width.span();
            let check = quote_spanned!(span=> ::core::assert!(
                0 < #width && #width <= (8 * #size) as u32, "a bitfield has at least one bit and fits its type"
            ););
            items.push(match after {
                None => quote!(const #bit: u32 = { #check 0 }; const #at: usize = #aligned;),
                Some((before, taken)) => {
                    let (before_at, before_bit) = (constant(*before), first_bit(*before));
                    // Neighbours share storage of one width, whatever their types are.
                    let before_size = self.slots.get(*before).map(|slot| Self::size_align(slot).0);
                    quote! {
                        const #bit: u32 = {
                            #check
                            ::netlink::wire::private::next_bit(
                                Self::#before_bit + #taken, #width, #before_size, #size,
                            )
                        };
                        const #at: usize = if Self::#bit > 0 { Self::#before_at } else { #aligned };
                    }
                }
            });
            end = quote!(Self::#at + #size);
            align = quote!(::netlink::wire::private::larger(#slot_align, #align));
        }
        if let Some(pad) = self.pad_end {
            end = quote!(#end + #pad);
        }
        quote! {
            #(#items)*
            const __END: usize = #end;
            const __ALIGN: usize = #align;
            const __SIZE: usize = ::netlink::wire::align_up(Self::__END, Self::__ALIGN);
        }
    }

    /// An expression that reads a member from `bytes`.
    pub(crate) fn read(
        &self,
        name: &Ident,
        owner: &TokenStream,
        bytes: &TokenStream,
    ) -> TokenStream {
        for (index, slot) in self.slots.iter().enumerate() {
            let Slot::Field(member) = slot else { continue };
            if member.name != name {
                continue;
            }
            let at = constant(index);
            let ty = member.ty;
            let slice = quote!(::netlink::wire::private::from(#bytes, #owner::#at));
            if let Some(Bits { width, .. }) = &member.bits {
                let first = first_bit(index);
                let first = quote!(#owner::#first);
                return quote!(<#ty as ::netlink::wire::Int>::from_bits(
                    ::netlink::wire::private::read_bits(#slice, <#ty as ::netlink::wire::Int>::SIZE, #first, #width)
                ));
            }
            if let Some(by) = member.by {
                let (key, steps) = (self.read(&by.base, owner, bytes), by.steps());
                return quote!(<#ty as ::netlink::wire::FixedKind>::read(
                    ::netlink::wire::Int::to_bits(#key #steps), #slice
                ));
            }
            let codec = &member.codec;
            let read = quote!(::netlink::wire::private::read::<#ty, #codec>(#bytes, #owner::#at));
            return if member.counts.is_empty() {
                read
            } else {
                quote!(::netlink::wire::private::uncounted(#read))
            };
        }
        // Checked by whoever names a member.
        let message = format!("no member `{name}`");
        quote!(::core::compile_error!(#message))
    }

    /// An expression for the number in the count of `of`, and its unit and bias.
    pub(crate) fn read_count(&self, of: &Ident) -> Option<Count> {
        self.slots.iter().enumerate().find_map(|(index, slot)| {
            let at = constant(index);
            let read = |repr: &Type| {
                quote!(<#repr as ::netlink::wire::Layout>::read(
                    ::netlink::wire::private::from(bytes, Self::#at)
                ))
            };
            match slot {
                Slot::Count {
                    of: tails,
                    repr,
                    unit,
                    bias,
                } if tails.contains(of) => Some(Count {
                    number: read(repr),
                    unit: unit.to_string(),
                    bias: bias.clone(),
                }),
                Slot::Field(member) if member.counts.contains(of) => {
                    let number = read(member.ty);
                    Some(Count {
                        // What is not positive counts nothing.
                        number: quote!(::core::cmp::Ord::max(#number, 0)),
                        unit: "items".to_owned(),
                        bias: quote!(0),
                    })
                }
                _ => None,
            }
        })
    }

    /// Statements that write all members of `self` to `out`, zeroed bytes, and note the first error in `failed`.
    pub(crate) fn write(&self) -> TokenStream {
        let statements = self.slots.iter().enumerate().map(|(index, slot)| {
            let at = constant(index);
            let slice = quote!(::netlink::wire::private::from_mut(out, Self::#at));
            match slot {
                Slot::Pad(_) | Slot::Length(_) => quote!(),
                Slot::Count { of: tails, repr, unit, bias } => {
                    let Some(of) = tails.first() else {
                        return quote!();
                    };
                    let (name, alike) = (of.to_string(), alike(tails));
                    let count = match unit.to_string().as_str() {
                        "bits" => { let each = each(of); quote!(8 * Self::#each * self.#of.len()) }
                        "bytes" => { let each = each(of); quote!(Self::#each * self.#of.len()) }
                        _ => quote!(self.#of.len()),
                    };
                    quote! {
                        #alike
                        ::netlink::wire::private::note(
                            ::netlink::wire::private::write_count::<#repr>(#count, #bias, #slice), #name, failed,
                        );
                    }
                }
                Slot::Field(member) => {
                    let (name, ty, codec, c_name) = (member.name, member.ty, &member.codec, &member.c_name);
                    if let Some(Bits { width, .. }) = &member.bits {
                        let first = first_bit(index);
                        quote! {
                            let value = ::netlink::wire::Int::to_bits(self.#name);
                            if value.checked_shr(#width).is_some_and(|above| above > 0) {
                                ::netlink::wire::private::note_bits(#width, value, #c_name, failed);
                            }
                            ::netlink::wire::private::write_bits(
                                #slice, <#ty as ::netlink::wire::Int>::SIZE, Self::#first, #width, value,
                            );
                        }
                    } else if let Some(of) = member.counts.first() {
                        let alike = alike(member.counts);
                        quote! {
                            #alike
                            ::netlink::wire::private::note(
                                ::netlink::wire::private::check_uncounted(self.#name, self.#of.len()), #c_name, failed,
                            );
                            if self.#of.is_empty() {
                                ::netlink::wire::private::write_native(self.#name, #slice);
                            } else {
                                ::netlink::wire::private::note(
                                    ::netlink::wire::private::write_count::<#ty>(self.#of.len(), 0, #slice), #c_name, failed,
                                );
                            }
                        }
                    } else if member.by.is_some() {
                        quote!(::netlink::wire::private::note(
                            ::netlink::wire::FixedKind::write(&self.#name, #slice), #c_name, failed,
                        );)
                    } else {
                        quote!(::netlink::wire::private::write::<#ty, #codec>(
                            &self.#name, out, Self::#at, #c_name, failed,
                        );)
                    }
                }
            }
        });
        quote!(#(#statements)*)
    }

    /// Schema entries of the members.
    pub(crate) fn schema(&self, owner: &Ident) -> Vec<TokenStream> {
        self.slots
            .iter()
            .enumerate()
            .filter_map(|(index, slot)| {
                let at = constant(index);
                match slot {
                    Slot::Pad(_) => None,
                    Slot::Length(repr) => Some(member_schema(
                        "length",
                        &quote!(#owner::#at),
                        &quote!(<#repr as ::netlink::wire::Layout>::SHAPE),
                        &quote!(::core::option::Option::None),
                        &quote!(Part::Length),
                    )),
                    Slot::Count {
                        of,
                        repr,
                        unit,
                        bias,
                    } => {
                        let of: Vec<String> = of.iter().map(Ident::to_string).collect();
                        let unit = match unit.to_string().as_str() {
                            "bits" => quote!(Bits),
                            "bytes" => quote!(Bytes),
                            _ => quote!(Items),
                        };
                        let name = format!("count of {}", of.join(", "));
                        Some(member_schema(
                            &name,
                            &quote!(#owner::#at),
                            &quote!(<#repr as ::netlink::wire::Layout>::SHAPE),
                            &quote!(::core::option::Option::None),
                            &quote!(Part::Count { of: &[#(#of),*], unit: CountUnit::#unit, bias: #bias }),
                        ))
                    }
                    Slot::Field(member) => {
                        let (ty, codec) = (member.ty, &member.codec);
                        let shape = match member.by {
                            Some(_) => quote!(<#ty as ::netlink::wire::FixedKind>::SHAPE),
                            None => quote!(<#codec as ::netlink::wire::FixedCodec<#ty>>::SHAPE),
                        };
                        let bits = match &member.bits {
                            Some(Bits { width, .. }) => {
                                let first = first_bit(index);
                                quote!(::core::option::Option::Some((#owner::#first, #width)))
                            }
                            None => quote!(::core::option::Option::None),
                        };
                        let part = match member.by {
                            Some(by) => {
                                let path = self.path_to(by, member.by_c);
                                quote!(Part::UnionFixed(&[#(#path),*]))
                            }
                            None if !member.counts.is_empty() => {
                                let of = member.counts.iter().map(Ident::to_string);
                                quote!(Part::Count { of: &[#(#of),*], unit: CountUnit::Items, bias: 0 })
                            }
                            None => quote!(Part::Fixed),
                        };
                        Some(member_schema(
                            &member.c_name,
                            &quote!(#owner::#at),
                            &shape,
                            &bits,
                            &part,
                        ))
                    }
                }
            })
            .collect()
    }

    /// The members that a `by` names must exist.
    pub(crate) fn check(&self) -> Result<()> {
        for member in self.members() {
            if let Some(by) = member.by {
                self.check_selector(by)?;
            }
        }
        Ok(())
    }

    /// The member that a `by` names must exist.
    pub(crate) fn check_selector(&self, by: &By) -> Result<()> {
        let base = &by.base;
        if self.has_member(base) {
            return Ok(());
        }
        Err(syn::Error::new(
            base.span(),
            format!("no member `{base}` in this struct"),
        ))
    }
}

/// Statements that refuse tails of different lengths.
fn alike(tails: &[Ident]) -> TokenStream {
    let Some((first, others)) = tails.split_first() else {
        return quote!();
    };
    let names = others.iter().map(Ident::to_string);
    quote!(#(::netlink::wire::private::note(
        ::netlink::wire::private::check_alike(self.#first.len(), self.#others.len()), #names, failed,
    );)*)
}

/// One entry of a member table; the names of the schema module are in scope where it stands.
pub(crate) fn member_schema(
    name: &str,
    offset: &TokenStream,
    shape: &TokenStream,
    bits: &TokenStream,
    part: &TokenStream,
) -> TokenStream {
    quote!(Member::new(#name, #offset, #shape, #bits, #part))
}
