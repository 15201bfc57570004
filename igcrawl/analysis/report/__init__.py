"""`scrapy report`: what the store holds as one HTML file to look at."""
