import java.awt.Color
import java.awt.image.BufferedImage
import javax.imageio.ImageIO

// The folder of images: a batch of discs on coloured ground.
def folder = new File(basedir, 'photos')
folder.mkdirs()
64.times { n ->
    def image = new BufferedImage(40, 36, BufferedImage.TYPE_INT_RGB)
    def pen = image.createGraphics()
    pen.color = Color.getHSBColor(n / 64f as float, 0.6f, 0.9f)
    pen.fillRect(0, 0, 40, 36)
    pen.color = Color.BLACK
    pen.fillOval(n % 20, 8, 16, 16)
    pen.dispose()
    ImageIO.write(image, 'png', new File(folder, String.format('%02d.png', n)))
}
return true
