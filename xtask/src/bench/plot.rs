//! The ratios as a picture: a dot for each median and a line for its interval, on a logarithmic axis.

use std::fmt::Write as _;

use super::table::Ratio;

const LEFT: f64 = 330.0;
const WIDTH: f64 = 420.0;
const LINE: f64 = 18.0;
const TOP: f64 = 34.0;

/// The ends of the axis; what lies beyond is drawn at its end.
const ENDS: (f64, f64) = (0.9, 12.0);

/// Where a ratio stands on the axis.
fn x(ratio: f64) -> f64 {
    let (low, high) = (ENDS.0.ln(), ENDS.1.ln());
    LEFT + WIDTH * (ratio.ln().clamp(low, high) - low) / (high - low)
}

pub(crate) fn svg(ratios: &[Ratio]) -> String {
    let ticks = [1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0];
    let height = TOP + LINE * ratios.len() as f64 + 8.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{:.0}\" height=\"{height:.0}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"12\">times the floor, less is better</text>\n",
        LEFT + WIDTH + 60.0
    );
    for tick in ticks {
        let at = x(tick);
        // Writing to a string cannot fail.
        let _ = writeln!(
            svg,
            "<line x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{:.1}\" stroke=\"#ddd\"/><text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#666\">{tick}</text>",
            height - 8.0,
            TOP - 6.0
        );
    }
    for (index, line) in ratios.iter().enumerate() {
        let y = TOP + LINE * (index as f64 + 0.5);
        let ours = line.name.starts_with("ours");
        let colour = if ours { "#b3261e" } else { "#3a6ea5" };
        let (low, middle, high) = (x(line.ratio.low), x(line.ratio.value), x(line.ratio.high));
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}: {}</text>\
             <line x1=\"{low:.1}\" y1=\"{y:.1}\" x2=\"{high:.1}\" y2=\"{y:.1}\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <circle cx=\"{middle:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" fill=\"#444\">{:.2}</text>",
            LEFT - 10.0,
            y + 4.0,
            line.workload,
            line.name,
            high.max(middle) + 8.0,
            y + 4.0,
            line.ratio.value
        );
    }
    svg.push_str("</svg>\n");
    svg
}
