"""Everything that shows the product without a download: pictures of blood cells with known truth."""
